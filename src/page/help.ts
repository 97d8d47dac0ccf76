import { button, element } from './dom.js';
import type { Action } from './keys.js';

const mouse: readonly (readonly [string, string])[] = [
  ['Drag', 'Select: energy, mean and extremes stand below'],
  ['Shift drag', 'Move; so does the middle button'],
  ['Wheel', 'Zoom at the pointer; Shift: move'],
  ['Double click', 'Show all'],
  ['Click a phase', 'Select it; double click: zoom to it'],
  ['Fingers', 'One moves or selects as the button over the plot says, two zoom'],
];

/** What keys and mouse do, in a dialog. */
export function helpDialog(actions: readonly Action[]): HTMLDialogElement {
  const list = (pairs: readonly (readonly [string, string])[]) =>
    element(
      'dl',
      { class: 'keys' },
      ...pairs.flatMap(([key, what]) => [
        element('dt', {}, element('kbd', {}, key)),
        element('dd', {}, what),
      ]),
    );
  const dialog = element('dialog', { class: 'help', 'aria-labelledby': 'help-title' });
  dialog.append(
    element(
      'header',
      {},
      element('h2', { id: 'help-title' }, 'Keys and mouse'),
      button('Close', { class: 'quiet' }, () => dialog.close()),
    ),
    element(
      'div',
      { class: 'help-columns' },
      list(actions.filter(({ shown }) => shown !== '').map(({ shown, what }) => [shown, what])),
      list(mouse),
    ),
  );
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}
