import { button, element } from '../dom.js';
import type { Action } from '../keys.js';
import type { AppState } from '../state/app-state.js';

const windows: readonly (readonly [string, number])[] = [
  ['10 s', 10e6],
  ['1 min', 60e6],
  ['10 min', 600e6],
  ['All', Number.POSITIVE_INFINITY],
];

const pauseOrFollow = (state: AppState): void => (state.follows ? state.hold() : state.follow());

/** Whether the picture goes along with the recording, and how much of its end it shows. */
export function followTools(state: AppState): HTMLElement {
  const toggle = button('', { class: 'follow' }, () => pauseOrFollow(state));
  const lengths = windows.map(([text, windowUs]) => {
    const title = windowUs === Number.POSITIVE_INFINITY ? 'All there is (F)' : `The last ${text}`;
    return { windowUs, made: button(text, { title }, () => state.showEnd(windowUs)) };
  });
  const show = (): void => {
    const { follows, isUnderWay, windowUs } = state;
    toggle.disabled = !isUnderWay;
    toggle.textContent = isUnderWay ? (follows ? '❚❚ Pause' : '▶ Follow') : 'Ended';
    toggle.title = follows ? 'Hold the picture; nothing is lost (Space)' : 'Go along with the recording (L)';
    toggle.classList.toggle('is-held', isUnderWay && !follows);
    for (const each of lengths) {
      each.made.setAttribute('aria-pressed', String(follows && each.windowUs === windowUs));
    }
  };
  show();
  state.on(['follow'], show);
  const root = element(
    'div',
    { class: 'group follow-tools', role: 'group', 'aria-label': 'Follow the recording' },
    toggle,
    ...lengths.map(({ made }) => made),
  );
  // Space is the picture's again when the mouse has pressed a button.
  root.addEventListener('click', (event) => {
    if (event.detail > 0 && document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  return root;
}

/** What keys do with a recording under way. */
export const followActions: readonly Action[] = [
  { keys: [' '], shown: 'Space', what: 'Hold the picture, and go along again', run: pauseOrFollow },
  {
    keys: ['l', 'end'],
    shown: 'L  End',
    what: 'Go along with the recording',
    run: (state) => state.follow(),
  },
];
