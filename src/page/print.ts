import type { Plot } from './plot/plot.js';
import type { AppState } from './state/app-state.js';

/** Of A4 between its margins. */
const paperWidth = '186mm';

/** On paper the ground is white, and the picture as wide as the paper: it is drawn anew before it is printed, and after. */
export function drawForPrint(state: AppState, plot: Plot): void {
  let theme = state.theme;
  addEventListener('beforeprint', () => {
    theme = state.theme;
    state.theme = 'light';
    plot.root.style.width = paperWidth;
    plot.fitNow();
  });
  addEventListener('afterprint', () => {
    state.theme = theme;
    plot.root.style.width = '';
    plot.fitNow();
  });
}
