import { colourOf } from '../../draw/colours.js';
import type { StretchFigures } from '../data/power-store.js';
import { eachFrame, element, figure } from '../dom.js';
import { duration, joules, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import type { Range } from '../state/range.js';
import { keyPrefix, type Recording } from '../state/recording.js';

const usPerS = 1e6;
/** Moving the view does not measure it at each step, ms. */
const restMs = 120;

/** What the selection cost, or what is in view where nothing is selected. */
export class SelectionPanel {
  readonly root = element('section', { class: 'card selection', 'aria-labelledby': 'selection-title' });
  readonly #state: AppState;
  readonly #title = element('h2', { id: 'selection-title' });
  readonly #length = element('span', { class: 'selection-delta' });
  readonly #from: HTMLInputElement;
  readonly #to: HTMLInputElement;
  readonly #body = element('tbody');
  readonly #spoken = element('p', { class: 'unseen', 'aria-live': 'polite' });
  #turn = 0;
  #rest = 0;

  constructor(state: AppState) {
    this.#state = state;
    this.#from = this.#field('From, s');
    this.#to = this.#field('To, s');
    const head = ['', 'Energy', 'Mean', 'Min', 'Max'].map((text) => element('th', { scope: 'col' }, text));
    this.root.append(
      element(
        'header',
        {},
        this.#title,
        this.#length,
        element(
          'span',
          { class: 'fields' },
          this.#from,
          element('span', { 'aria-hidden': 'true' }, '–'),
          this.#to,
          's',
        ),
      ),
      element(
        'div',
        { class: 'scroll' },
        element('table', {}, element('thead', {}, element('tr', {}, ...head)), this.#body),
      ),
      this.#spoken,
    );
    const now = eachFrame(() => void this.#measure());
    state.on(['cursors', 'series', 'theme', 'offsets', 'powers', 'runs'], now);
    state.on(['view'], () => {
      clearTimeout(this.#rest);
      if (!state.selection) this.#rest = window.setTimeout(now, restMs);
    });
    this.#showHead(state.view);
    now();
  }

  async #measure(): Promise<void> {
    const turn = ++this.#turn;
    const stretch = this.#state.selection ?? this.#state.view;
    this.#showHead(stretch);
    const shown = this.#state.recordings.filter(({ isShown }) => isShown);
    const figures = await Promise.all(
      shown.map(({ store, offsetUs }) => store.measure(stretch.fromUs - offsetUs, stretch.toUs - offsetUs)),
    );
    if (turn !== this.#turn) return;
    this.#body.replaceChildren(...shown.flatMap((recording, n) => this.#rows(recording, figures[n]!)));
    const title = this.#title.textContent ?? '';
    this.root.dataset.measured = `${stretch.fromUs} ${stretch.toUs}`;
    if (this.#state.selection)
      this.#spoken.textContent = `${title}, ${this.#length.textContent}: ${this.#bodyText()}`;
  }

  #rows(recording: Recording, { energyJ, uncertaintyJ, meanW, minW, maxW }: StretchFigures): HTMLElement[] {
    const { recordings, theme, selection } = this.#state;
    const index = recordings.indexOf(recording);
    const prefix = `${keyPrefix(recordings, index)}${selection ? 'selection' : 'view'}.`;
    return this.#state.shownChannels.flatMap(({ name, kind, series, colourIndex }) => {
      const n = series[index]!;
      if (n < 0) return [];
      const of =
        kind === 'component'
          ? (what: string) => `${prefix}${what}.${name}`
          : (what: string) => `${prefix}${kind}s.${name}.${what}`;
      const power = (values: Float64Array, what: string) =>
        element('td', {}, figure(`${of('power_w')}.${what}`, values[n]!, watts(values[n]!)));
      const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.style.setProperty('--series', colourOf(name, colourIndex, theme));
      const energy = figure(of('energy_j'), energyJ[n]!, joules(energyJ[n]!, uncertaintyJ[n]!));
      energy.dataset.uncertainty = String(uncertaintyJ[n]!);
      const label =
        recordings.length > 1 ? [name, element('span', { class: 'run-name' }, recording.run.name)] : [name];
      return [
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, swatch, ...label),
          element('td', { class: 'energy' }, energy),
          power(meanW, 'mean'),
          power(minW, 'min'),
          power(maxW, 'max'),
        ),
      ];
    });
  }

  #showHead({ fromUs, toUs }: Range): void {
    this.#title.textContent = this.#state.selection ? 'Selection' : 'In view';
    this.root.classList.toggle('is-selected', this.#state.selection !== null);
    const seconds = (toUs - fromUs) / usPerS;
    const key = `${this.#state.selection ? 'selection' : 'view'}.duration_s`;
    this.#length.replaceChildren('Δt ', figure(key, seconds, duration(seconds)));
    for (const [field, us] of [
      [this.#from, fromUs],
      [this.#to, toUs],
    ] as const)
      if (document.activeElement !== field) field.value = (us / usPerS).toFixed(6);
  }

  #field(label: string): HTMLInputElement {
    const field = element('input', { type: 'number', step: 'any', 'aria-label': label });
    field.addEventListener('change', () => {
      const [fromUs, toUs] = [Number(this.#from.value) * usPerS, Number(this.#to.value) * usPerS];
      if (fromUs < toUs) this.#state.select({ fromUs, toUs });
    });
    return field;
  }

  #bodyText(): string {
    return [...this.#body.rows]
      .map((row) => `${row.cells[0]?.textContent} ${row.cells[1]?.textContent}`)
      .join(', ');
  }
}
