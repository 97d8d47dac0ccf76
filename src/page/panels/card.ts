import { element, refill } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { keyPrefix, type Recording } from '../state/recording.js';

/** A titled part of the page. */
export const card = (title: string, kind: string, ...contents: readonly (Node | null)[]): HTMLElement =>
  element(
    'section',
    { class: `card ${kind}`, 'aria-label': title },
    element('header', {}, element('h2', {}, title)),
    ...contents,
  );

/** A card that says the same of every run, made anew when more is known; hidden where it has nothing to say. @param nothing said meanwhile of a recording under way, where something may come; `''` where not */
export function cardOfRuns(
  state: AppState,
  title: string,
  kind: string,
  contents: (recording: Recording, prefix: string) => Node | null,
  nothing = 'Nothing yet.',
): HTMLElement {
  const body = element('div', { class: 'card-body' });
  const root = card(title, kind, body);
  // Nothing moves when something comes.
  const keepsPlace = state.isUnderWay && nothing !== '';
  const fill = (): void => {
    const parts = state.recordings.flatMap((recording, n) => {
      const part = contents(recording, keyPrefix(state.recordings, n));
      if (!part) return [];
      return state.recordings.length > 1 ? [element('h3', {}, recording.run.name), part] : [part];
    });
    root.hidden = parts.length === 0 && !keepsPlace;
    refill(body, parts.length > 0 ? parts : [element('p', { class: 'hint' }, nothing)]);
  };
  fill();
  state.on(['runs', 'theme'], fill);
  return root;
}

/** A table that scrolls by itself where the window is narrow. @param head titles of its columns, the first that of its rows */
export const tableOf = (head: readonly string[], rows: readonly HTMLElement[]): HTMLElement =>
  element(
    'div',
    { class: 'scroll', tabindex: '0' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...rows),
    ),
  );

export const rowOf = (title: readonly (Node | string)[], ...cells: readonly (Node | string)[]): HTMLElement =>
  element(
    'tr',
    {},
    element('th', { scope: 'row' }, ...title),
    ...cells.map((cell) => element('td', {}, cell)),
  );

/** The colour that a power has everywhere. */
export function swatch(colour: string): HTMLElement {
  const made = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  made.style.setProperty('--series', colour);
  return made;
}
