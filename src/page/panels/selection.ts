import { colourOf } from '../../draw/colours.js';
import { type StretchFigures, unknownFigures } from '../../measure/stretch/figures.js';
import { afterAWhile, eachFrame, element, figure } from '../dom.js';
import { duration, joules, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import type { Range } from '../state/range.js';
import { type Channel, keyPrefix, type Recording } from '../state/recording.js';
import { rowOf, swatch } from './card.js';

const usPerS = 1e6;
/** Moving the view does not measure it at each step, ms. */
const restMs = 120;
/** What is still recorded is measured so often, ms. */
const underWayMs = 1000;
/** What is read beside is measured so often, ms: a picture that waits for the server comes before figures that hardly change. */
const readMs = 250;
/** Nor is each step of a drag read out, ms. */
const speakMs = 400;

const secondsOf = (us: number): string => (us / usPerS).toFixed(6);

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
  readonly #complaint = element('span', { class: 'hint', role: 'status' });
  #isWanted = false;
  #isMeasuring = false;
  #rest = 0;
  #silence = 0;

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
        this.#complaint,
      ),
      element(
        'div',
        { class: 'scroll' },
        element('table', {}, element('thead', {}, element('tr', {}, ...head)), this.#body),
      ),
      this.#spoken,
    );
    const now = eachFrame(() => void this.#measure());
    state.on(['cursors', 'series', 'theme', 'offsets'], now);
    const [seldom, soon] = [afterAWhile(underWayMs, now), afterAWhile(readMs, now)];
    state.on(['powers', 'runs'], () => (state.isUnderWay ? seldom() : soon()));
    state.on(['view'], () => {
      if (state.selection) return;
      if (state.follows) seldom();
      else this.#afterRest(now);
    });
    this.#complaint.hidden = true;
    this.#showHead(this.#stretch);
    // Rows without figures keep the room of those that come.
    this.#fill(
      state.recordings,
      state.recordings.map(({ run }) => unknownFigures(run.series.length)),
    );
    now();
  }

  #afterRest(call: () => void): void {
    clearTimeout(this.#rest);
    this.#rest = window.setTimeout(call, restMs);
  }

  /** One after another: what moves on all the time is measured all the same. */
  async #measure(): Promise<void> {
    this.#isWanted = true;
    this.#showHead(this.#stretch);
    if (this.#isMeasuring) return;
    this.#isMeasuring = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#measureOnce();
      }
    } finally {
      this.#isMeasuring = false;
    }
  }

  async #measureOnce(): Promise<void> {
    const stretch = this.#stretch;
    const { cursors } = this.#state;
    const shown = this.#state.recordings.filter(({ isShown }) => isShown);
    const figures = await Promise.all(
      shown.map(({ store, offsetUs }) => store.measure(stretch.fromUs - offsetUs, stretch.toUs - offsetUs)),
    );
    // Another selection is measured next.
    if (cursors !== this.#state.cursors) return;
    this.#showHead(stretch);
    this.#fill(shown, figures);
    const energy = this.#body.querySelector('.figure')?.textContent ?? '';
    this.#state.verdict = this.#state.selection ? energy : '';
    this.root.dataset.measured = `${stretch.fromUs} ${stretch.toUs}`;
    clearTimeout(this.#silence);
    if (this.#state.selection) this.#silence = window.setTimeout(() => this.#speak(), speakMs);
  }

  #fill(shown: readonly Recording[], figures: readonly StretchFigures[]): void {
    const rows = this.#state.shownChannels.flatMap((channel) =>
      shown.flatMap((recording, n) => this.#row(channel, recording, figures[n]!) ?? []),
    );
    this.#body.replaceChildren(...rows);
  }

  #row(
    { name, kind, series, colourIndex }: Channel,
    recording: Recording,
    figures: StretchFigures,
  ): HTMLElement | null {
    const { recordings, theme, selection } = this.#state;
    const { energyJ, uncertaintyJ, meanW, minW, maxW } = figures;
    const index = recordings.indexOf(recording);
    const n = series[index]!;
    if (n < 0) return null;
    const prefix = `${keyPrefix(recordings, index)}${selection ? 'selection' : 'view'}.`;
    const key = (what: string) =>
      kind === 'component' ? `${prefix}${what}.${name}` : `${prefix}${kind}s.${name}.${what}`;
    const power = (values: Float64Array, what: string) =>
      figure(`${key('power_w')}.${what}`, values[n]!, watts(values[n]!));
    const energy = figure(key('energy_j'), energyJ[n]!, joules(energyJ[n]!, uncertaintyJ[n]!));
    energy.dataset.uncertainty = String(uncertaintyJ[n]!);
    const label = [swatch(colourOf(name, colourIndex, theme)), name];
    if (recordings.length > 1) label.push(element('span', { class: 'run-name' }, recording.run.name));
    return rowOf(label, energy, power(meanW, 'mean'), power(minW, 'min'), power(maxW, 'max'));
  }

  /** What is selected, or in view; the room that may be there for what comes is not. */
  get #stretch(): Range {
    const { selection, view, whole } = this.#state;
    return (
      selection ?? {
        fromUs: Math.max(view.fromUs, whole.fromUs),
        toUs: Math.min(view.toUs, whole.toUs),
      }
    );
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
      if (document.activeElement !== field && this.#complaint.hidden) field.value = secondsOf(us);
  }

  #field(label: string): HTMLInputElement {
    const field = element('input', { type: 'number', step: 'any', 'aria-label': label });
    field.addEventListener('change', () => this.#take());
    // What the figures are not of stays no longer than one types in the two.
    field.addEventListener('blur', ({ relatedTarget }) => {
      if (relatedTarget === this.#from || relatedTarget === this.#to) return;
      this.#complain('');
      this.#showHead(this.#stretch);
    });
    return field;
  }

  /** What was typed is clipped to what was recorded, as of `report --from --to`. */
  #take(): void {
    const { recordings, whole } = this.#state;
    const startUs = Math.min(...recordings.map(({ run, offsetUs }) => run.startUs + offsetUs));
    const within = ({ valueAsNumber }: HTMLInputElement): number =>
      Math.min(Math.max(Math.round(valueAsNumber * usPerS), startUs), whole.toUs);
    const [fromUs, toUs] = [within(this.#from), within(this.#to)];
    if (fromUs < toUs) {
      this.#complain('');
      this.#state.select({ fromUs, toUs });
      [this.#from.value, this.#to.value] = [secondsOf(fromUs), secondsOf(toUs)];
    } else
      this.#complain(
        Number.isNaN(fromUs + toUs)
          ? 'Type an instant in seconds.'
          : this.#to.valueAsNumber > this.#from.valueAsNumber
            ? 'Nothing was recorded there.'
            : 'It must end behind its begin.',
      );
  }

  #complain(text: string): void {
    for (const field of [this.#from, this.#to])
      if (text) field.setAttribute('aria-invalid', 'true');
      else field.removeAttribute('aria-invalid');
    this.#complaint.textContent = text;
    this.#complaint.hidden = text === '';
  }

  #speak(): void {
    const rows = [...this.#body.rows].map(({ cells }) => `${cells[0]?.textContent} ${cells[1]?.textContent}`);
    this.#spoken.textContent = `${this.#title.textContent}, ${this.#length.textContent}: ${rows.join(', ')}`;
  }
}
