import { button, element } from '../dom.js';
import { csvOf } from '../export/csv.js';
import { pngOf } from '../export/png.js';
import { save } from '../export/save.js';
import { duration } from '../format.js';
import type { Plot } from '../plot/plot.js';
import type { AppState } from '../state/app-state.js';
import { sameRange } from '../state/range.js';

/** What can be done with the picture, for those who have a mouse. @param live what goes along with a recording under way, all of it too */
export function toolbar(state: AppState, title: string, plot: Plot, live: HTMLElement | null): HTMLElement {
  const tool = (text: string, key: string, what: string, call: () => void) =>
    button(text, { title: key ? `${what} (${key})` : what }, call);
  const all = tool('All', 'F', 'Show all', () => state.showAll());
  const toSelection = tool('Selection', 'Z', 'Zoom to the selection', () => {
    if (state.selection) state.setView(state.selection);
  });
  const undo = tool('↶', 'U', 'Back to the view before', () => state.undoView());
  const redo = tool('↷', 'Shift U', 'Forth again', () => state.redoView());
  undo.setAttribute('aria-label', 'Back to the view before');
  redo.setAttribute('aria-label', 'Forth again');
  const drag = tool('', '', 'What dragging does; Shift does the other', () => {
    state.dragPans = !state.dragPans;
  });
  const height = tool('Fit height', 'Y', 'Power axis fits what is in view, or stands still', () => {
    state.fitsHeight = !state.fitsHeight;
  });
  const status = (): void => {
    all.disabled = sameRange(state.view, state.whole);
    toSelection.disabled = state.selection === null;
    undo.disabled = !state.history.canGoBack;
    redo.disabled = !state.history.canGoForth;
    drag.textContent = state.dragPans ? 'Drag moves' : 'Drag selects';
    height.setAttribute('aria-pressed', String(state.fitsHeight));
  };
  status();
  state.on(['view', 'cursors', 'drag', 'scale', 'offsets'], status);
  return element(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'View' },
    live,
    element('div', { class: 'group' }, ...(live ? [] : [all]), toSelection, undo, redo),
    element('div', { class: 'group' }, drag, height),
    rollingTools(state),
    element('div', { class: 'group end' }, ...exportTools(state, title, plot)),
  );
}

function rollingTools(state: AppState): HTMLElement {
  const toggle = button('Rolling mean', { title: 'Rolling mean on or off (R)' }, () =>
    state.setRolling({ isOn: !state.rolling.isOn }),
  );
  const amount = element('input', {
    type: 'number',
    min: '0',
    step: 'any',
    'aria-label': 'Length of the rolling mean',
  });
  const unit = element(
    'select',
    { 'aria-label': 'Unit of the rolling mean' },
    element('option', { value: 'samples' }, 'samples'),
    element('option', { value: 's' }, 's'),
  );
  const length = element('span', { class: 'hint' });
  const show = (): void => {
    const { rolling } = state;
    toggle.setAttribute('aria-pressed', String(rolling.isOn));
    if (document.activeElement !== amount) amount.value = String(rolling.amount);
    unit.value = rolling.unit;
    const first = state.recordings[0];
    length.textContent =
      rolling.unit === 'samples' && first ? `≈ ${duration(state.windowUsOf(first) / 1e6)}` : '';
  };
  amount.addEventListener('input', () => {
    const value = Number(amount.value);
    if (value > 0) state.setRolling({ amount: value, isOn: true });
  });
  unit.addEventListener('change', () =>
    state.setRolling({ unit: unit.value === 's' ? 's' : 'samples', isOn: true }),
  );
  show();
  state.on(['rolling', 'runs'], show);
  return element('div', { class: 'group' }, toggle, amount, unit, length);
}

function exportTools(state: AppState, title: string, plot: Plot): HTMLElement[] {
  const stretch = () => state.selection ?? state.view;
  const csv = button('CSV', { title: 'Save the selection, or what is in view, as CSV' }, async () => {
    for (const recording of state.recordings) {
      if (!recording.isShown) continue;
      const text = await csvOf(recording, stretch());
      save(
        new Blob([text], { type: 'text/csv' }),
        `${recording.run.name.replace(/\.[^.]*$/, '')}.selection.csv`,
      );
    }
  });
  const png = button('PNG', { title: 'Save the picture as PNG' }, async () => {
    save(await pngOf(state, plot, title), `${title.replace(/\.[^.]*$/, '')}.png`);
  });
  return [csv, png];
}
