import type { AppState } from './state/app-state.js';
import { lengthUs, middleUs, scaled, shifted } from './state/range.js';

/** Something that a key does. */
export interface Action {
  /** As `KeyboardEvent.key` names them, letters small. */
  readonly keys: readonly string[];
  readonly withShift?: boolean;
  /** How the help shows them. */
  readonly shown: string;
  readonly what: string;
  readonly run: (state: AppState, key: string) => void;
}

const zoomStep = 0.7;
const panStep = 0.15;

/** As little of a recording's end is looked at, µs. */
const shortestWindowUs = 1e6;

/** Of a recording that is followed, more or less of its end. */
function zoom(state: AppState, factor: number): void {
  if (state.follows) {
    const windowUs = Math.min(state.windowUs, lengthUs(state.view)) * (factor < 1 ? 1 / 2 : 2);
    state.follow(Math.max(windowUs, shortestWindowUs));
  } else state.setView(scaled(state.view, state.pointerUs ?? middleUs(state.view), factor));
}
const pan = (state: AppState, share: number): void =>
  state.setView(shifted(state.view, lengthUs(state.view) * share));

/** What keys do with the picture. */
export const pictureActions: readonly Action[] = [
  {
    keys: ['w', '+', '=', 'arrowup'],
    shown: 'W  ↑',
    what: 'Zoom in at the pointer',
    run: (state) => zoom(state, zoomStep),
  },
  {
    keys: ['s', '-', 'arrowdown'],
    shown: 'S  ↓',
    what: 'Zoom out',
    run: (state) => zoom(state, 1 / zoomStep),
  },
  { keys: ['a', 'arrowleft'], shown: 'A  ←', what: 'Move left', run: (state) => pan(state, -panStep) },
  { keys: ['d', 'arrowright'], shown: 'D  →', what: 'Move right', run: (state) => pan(state, panStep) },
  { keys: ['f', 'home'], shown: 'F', what: 'Show all', run: (state) => state.showAll() },
  {
    keys: ['z'],
    shown: 'Z',
    what: 'Zoom to the selection',
    run: (state) => {
      if (state.selection) state.setView(state.selection);
    },
  },
  { keys: ['u'], shown: 'U', what: 'Back to the view before', run: (state) => state.undoView() },
  { keys: ['u'], withShift: true, shown: 'Shift U', what: 'Forth again', run: (state) => state.redoView() },
  {
    keys: ['m'],
    shown: 'M',
    what: 'Set a cursor at the pointer: A, then B; between them is the selection',
    run: (state) => state.addCursor(state.pointerUs ?? middleUs(state.view)),
  },
  {
    keys: ['v'],
    shown: 'V',
    what: 'Select what is in view',
    run: (state) => state.select(state.view),
  },
  {
    keys: ['escape'],
    shown: 'Esc',
    what: 'Drop the selection',
    run: (state) => state.setCursors([null, null]),
  },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: '1 … 9',
    what: 'Show or hide a series',
    run: (state, key) => {
      const channel = state.channels[Number(key) - 1];
      if (channel) state.toggleChannel(channel.name);
    },
  },
  {
    keys: ['r'],
    shown: 'R',
    what: 'Rolling mean on or off',
    run: (state) => state.setRolling({ isOn: !state.rolling.isOn }),
  },
  {
    keys: ['y'],
    shown: 'Y',
    what: 'Power axis: fit what is in view, or stand still',
    run: (state) => {
      state.fitsHeight = !state.fitsHeight;
    },
  },
  {
    keys: ['t'],
    shown: 'T',
    what: 'Dark or light',
    run: (state) => {
      state.theme = state.theme === 'dark' ? 'light' : 'dark';
    },
  },
  {
    keys: [','],
    shown: ',  .',
    what: 'Move a run against the others (Shift: ten times as far)',
    run: (state) => state.nudge(-1),
  },
  { keys: ['.'], shown: '', what: '', run: (state) => state.nudge(1) },
  { keys: ['<'], shown: '', what: '', run: (state) => state.nudge(-10) },
  { keys: ['>'], shown: '', what: '', run: (state) => state.nudge(10) },
];

/** Lets keys act, except where somebody types. */
export function listenToKeys(state: AppState, actions: readonly Action[]): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) return;
    if (document.querySelector('dialog[open]')) return;
    const key = event.key.toLowerCase();
    // On what can be pressed, Space presses it.
    if (key === ' ' && target instanceof Element && target.matches('button, summary')) return;
    const action =
      actions.find(({ keys, withShift }) => keys.includes(key) && withShift === true && event.shiftKey) ??
      actions.find(({ keys, withShift }) => keys.includes(key) && withShift !== true);
    if (!action) return;
    if (event.key === ' ' || event.key.startsWith('Arrow') || event.key === 'Home' || event.key === 'End')
      event.preventDefault();
    action.run(state, key);
  });
}
