import { inks, type Theme } from '../draw/colours.js';
import type { AppState } from './state/app-state.js';

const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** What the system asks for. */
export const systemTheme = (): Theme => (darkScheme.matches ? 'dark' : 'light');

/** Gives the style its colours, from the one place where they are; follows the system until somebody chooses. */
export function wearTheme(state: AppState): void {
  const wear = (): void => {
    const { style, dataset } = document.documentElement;
    dataset.theme = state.theme;
    style.colorScheme = state.theme;
    for (const [name, colour] of Object.entries(inks[state.theme])) style.setProperty(`--${name}`, colour);
  };
  wear();
  let hasChosen = false;
  state.on(['theme'], () => {
    hasChosen = true;
    wear();
  });
  darkScheme.addEventListener('change', () => {
    if (!hasChosen) {
      state.theme = systemTheme();
      hasChosen = false;
    }
  });
}
