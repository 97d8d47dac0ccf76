import { inks } from '../../draw/colours.js';
import type { PageRun, PageSummary } from '../../draw/page-data.js';
import { fixed } from '../../units.js';
import { button, contextOf, element, figure } from '../dom.js';
import { duration, joules } from '../format.js';
import { dashOf } from '../plot/curves.js';
import type { AppState } from '../state/app-state.js';
import type { Recording } from '../state/recording.js';
import { card, rowOf, tableOf } from './card.js';

/** Several runs side by side: which are shown, where each lies on the axis, and what each cost against the first. */
export function runsPanel(state: AppState): HTMLElement {
  const body = element('div');
  const root = card('Runs', 'runs', body);
  const of = element('p', { class: 'hint runs-of' });
  const fill = (): void => {
    of.textContent = isOfCommands(state)
      ? 'Of the commands alone, as measured from begin to end.'
      : 'Of the whole recordings.';
    const components = state.channels.filter(({ kind }) => kind === 'component').map(({ name }) => name);
    body.replaceChildren(
      of,
      tableOf(
        ['', 'offset, s', 'time', ...components],
        state.recordings.map((recording, n) => runRow(state, recording, n, components)),
      ),
    );
  };
  // Several boards on one clock have their numbers above, and one place on the axis.
  root.hidden = state.recordings.length < 2 || state.isUnderWay;
  if (root.hidden) return root;
  fill();
  state.on(['runs', 'theme'], fill);
  return root;
}

type Part = Pick<PageSummary, 'energy_j' | 'energy_uncertainty_j'> & { readonly duration_s?: unknown };

const commandOf = ({ summary }: PageRun): Part | null => {
  const command = summary.command as Part | null | undefined;
  return command?.energy_j ? command : null;
};

/** Commands are compared where each recording is around one: what lies before and behind is not what was asked for. */
const isOfCommands = (state: AppState): boolean =>
  state.recordings.every(({ run }) => commandOf(run) !== null);

const partOf = (state: AppState, run: PageRun): Part =>
  (isOfCommands(state) ? commandOf(run) : null) ?? run.summary;

function runRow(
  state: AppState,
  recording: Recording,
  n: number,
  components: readonly string[],
): HTMLElement {
  const { run } = recording;
  const prefix = `runs.${n}.`;
  const part = partOf(state, run);
  const own = part === run.summary ? prefix : `${prefix}command.`;
  const durationS = typeof part.duration_s === 'number' ? part.duration_s : null;
  return rowOf(
    [runToggle(state, recording, n)],
    offsetField(state, recording, n),
    figure(`${own}duration_s`, durationS, duration(durationS)),
    ...components.map((name) => energyCell(state, run, own, name)),
  );
}

/** Shows or hides a run; beside its name stands how its curves are dashed. */
export function runToggle(state: AppState, recording: Recording, n: number): HTMLButtonElement {
  const { run } = recording;
  const line = element('canvas', { class: 'run-line', width: '56', height: '8', 'aria-hidden': 'true' });
  const paint = (): void => {
    const context = contextOf(line);
    context.clearRect(0, 0, 56, 8);
    context.strokeStyle = inks[state.theme].ink;
    context.lineWidth = 4;
    context.setLineDash([...(dashOf(n) ?? [])].map((px) => 2 * px));
    context.beginPath();
    context.moveTo(0, 4);
    context.lineTo(56, 4);
    context.stroke();
  };
  paint();
  state.on(['theme'], paint);
  const toggle = button('', { class: 'run-toggle', title: 'Show or hide it' }, () =>
    state.toggleRecording(recording),
  );
  toggle.append(line, element('span', { title: run.name }, run.name));
  const pressed = () => toggle.setAttribute('aria-pressed', String(recording.isShown));
  pressed();
  state.on(['series'], pressed);
  return toggle;
}

function energyCell(state: AppState, run: Recording['run'], prefix: string, name: string): HTMLElement {
  const part = partOf(state, run);
  const first = state.recordings[0]!.run;
  const energyJ = part.energy_j[name] ?? null;
  const firstJ = partOf(state, first).energy_j[name] ?? null;
  const cell = element(
    'span',
    {},
    figure(`${prefix}energy_j.${name}`, energyJ, joules(energyJ, part.energy_uncertainty_j[name] ?? null)),
  );
  if (energyJ !== null && firstJ && run !== first) {
    const percent = (energyJ / firstJ - 1) * 100;
    cell.append(
      element('span', { class: 'hint' }, ` ${percent >= 0 ? '+' : '−'}${fixed(Math.abs(percent), 1)} %`),
    );
  }
  return cell;
}

function offsetField(state: AppState, recording: Recording, n: number): HTMLElement {
  const field = element('input', {
    type: 'number',
    step: 'any',
    'aria-label': `Offset of ${recording.run.name}, s`,
  });
  const show = (): void => {
    if (document.activeElement !== field) field.value = String(Number((recording.offsetUs / 1e6).toFixed(6)));
  };
  field.addEventListener('focus', () => {
    state.movable = n;
  });
  field.addEventListener('change', () => {
    const seconds = Number(field.value);
    if (Number.isFinite(seconds)) state.setOffset(recording, Math.round(seconds * 1e6));
  });
  show();
  state.on(['offsets'], show);
  return field;
}
