import type { PageDocument, PageRun } from '../../draw/page-data.js';
import { printable } from '../../text.js';
import { fixed, formatCount } from '../../units.js';
import { button, element, figure, isolated, refill } from '../dom.js';
import { date, duration } from '../format.js';
import type { AppState } from '../state/app-state.js';
import { keyPrefix, type Recording } from '../state/recording.js';

/** What is on the page: which recordings, of which board, how long and how fine. */
export function headerPanel(state: AppState, page: PageDocument, help: HTMLDialogElement): HTMLElement {
  const facts = element('div', { class: 'facts' });
  // Of a recording under way they stand larger, beside how it stands.
  const withFigures = !state.isUnderWay;
  const fill = (): void => {
    const isNamed = state.recordings.length > 1;
    refill(
      facts,
      state.recordings.map((recording, n) =>
        factsOf(recording, keyPrefix(state.recordings, n), { isNamed, withFigures }),
      ),
    );
  };
  fill();
  state.on(['runs'], fill);
  const theme = button(
    '',
    { class: 'quiet icon', 'aria-label': 'Dark or light (T)', title: 'Dark or light (T)' },
    () => {
      state.theme = state.theme === 'dark' ? 'light' : 'dark';
    },
  );
  const showTheme = (): void => {
    theme.textContent = state.theme === 'dark' ? '☀' : '☾';
  };
  showTheme();
  state.on(['theme'], showTheme);
  return element(
    'header',
    { class: 'top' },
    element('div', { class: 'title' }, element('h1', {}, page.title), facts),
    element(
      'div',
      { class: 'top-buttons' },
      theme,
      button('?', { class: 'quiet icon', 'aria-label': 'Help (?)', title: 'Keys and mouse (?)' }, () =>
        help.showModal(),
      ),
    ),
  );
}

function factsOf(
  { run }: Recording,
  prefix: string,
  { isNamed, withFigures }: { readonly isNamed: boolean; readonly withFigures: boolean },
): HTMLElement {
  const { summary } = run;
  const number = (key: string, text: (value: number) => string): HTMLElement | null => {
    const value = summary[key];
    return typeof value === 'number' && withFigures ? figure(`${prefix}${key}`, value, text(value)) : null;
  };
  const { board, command } = summary as {
    board?: { product?: string | null; name?: string | null } | null;
    command?: { argv?: readonly string[]; exit_code?: number | null } | null;
  };
  const boardName = [board?.product, board?.name].filter(Boolean).join(' · ');
  const line = element(
    'ul',
    { class: 'fact-line' },
    isNamed ? element('li', { class: 'strong' }, run.name) : null,
    boardName ? element('li', {}, boardName) : null,
    run.startUnixUs === null ? null : element('li', {}, date(run.startUnixUs)),
    fact(number('duration_s', duration)),
    fact(number('samples', (value) => `${formatCount(value)} samples`)),
    fact(number('sample_rate_hz', (value) => `${fixed(value, value < 100 ? 1 : 0)} Hz`)),
    fact(number('coverage', (value) => `coverage ${fixed(value * 100, 2)} %`)),
    element('li', { class: 'resolution', title: 'How fine the data of this page are' }, resolutionText(run)),
  );
  const typed = command?.argv?.join(' ');
  return element(
    'div',
    {},
    typed ? element('p', { class: 'command', title: typed }, `$ ${typed}`) : null,
    line,
  );
}

const seconds = (us: number): string => `${Number((us / 1e6).toPrecision(4))} s`;

const fact = (value: HTMLElement | null): HTMLElement | null => (value ? element('li', {}, value) : null);

/** The finest that the page has, in words. */
function resolutionText({ resolution, meansUs, isHeld }: PageRun): string {
  const means = meansUs === undefined ? 'every sample' : `means of ${seconds(meansUs)}`;
  const finest = isHeld ? 'readings, each held until the next' : means;
  if (resolution.kind === 'samples') return `resolution: ${finest}`;
  const { intervalUs, quantumMw } = resolution;
  const extremes = meansUs === undefined ? 'extremes are true' : `of ${finest}`;
  return `resolution: ${seconds(intervalUs)}, ${quantumMw} mW; ${extremes}`;
}

/** Warnings of all runs, where nobody overlooks them. */
export function warningsPanel(state: AppState): HTMLElement {
  const root = element('section', { class: 'warnings', 'aria-label': 'Warnings' });
  const fill = (): void => {
    const rows = state.recordings.flatMap(({ run }) =>
      run.summary.warnings.map(({ code, message }) =>
        element(
          'li',
          {},
          element('span', { class: 'warning-code' }, code),
          ...(state.recordings.length > 1 ? [isolated(run.name), ': '] : []),
          isolated(message),
        ),
      ),
    );
    root.hidden = rows.length === 0;
    refill(root, [element('ul', {}, ...rows)]);
  };
  fill();
  state.on(['runs'], fill);
  return root;
}

/**
 * A page that was cut off or changed says so, instead of standing half empty.
 * @param isServed Its data lie with a server, which may be gone: that is no damage.
 */
export function damagePanel(isServed: boolean): HTMLElement {
  const root = element('section', { class: 'damage', role: 'alert' });
  root.hidden = true;
  addEventListener('unhandledrejection', (event) => {
    const { reason } = event;
    // Said on the page; a page that is not whole is an error for its console too.
    if (isServed) event.preventDefault();
    root.hidden = false;
    const why = reason instanceof Error ? reason.message : String(reason);
    root.replaceChildren(
      element('span', { class: 'warning-code' }, isServed ? 'not there' : 'damaged'),
      printable(isServed ? why : `this page is not whole: ${why}`),
    );
  });
  return root;
}
