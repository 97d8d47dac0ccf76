import { colourOf } from '../../draw/colours.js';
import { newColumns } from '../../draw/envelope.js';
import type { SeriesKind } from '../../draw/page-data.js';
import { button, eachFrame, element } from '../dom.js';
import { instant, unknown, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import type { Channel } from '../state/recording.js';

const titles: Readonly<Record<SeriesKind, string>> = {
  component: 'Components',
  rail: 'Rails',
  wire: 'Wires',
};
const kinds: readonly SeriesKind[] = ['component', 'rail', 'wire'];

/** Which powers are shown, and what each was under the pointer. */
export class Legend {
  readonly root = element('aside', { class: 'legend', 'aria-label': 'Series' });
  readonly #state: AppState;
  readonly #at = element('span', { class: 'legend-at' });
  readonly #rows = new Map<
    string,
    { readonly row: HTMLElement; readonly value: HTMLElement; readonly channel: Channel }
  >();
  readonly #column = newColumns(1);

  constructor(state: AppState) {
    this.#state = state;
    for (const kind of kinds) {
      const channels = state.channels.filter((channel) => channel.kind === kind);
      if (channels.length > 0) this.root.append(this.#group(kind, channels));
    }
    this.#show();
    state.on(['series', 'theme'], () => this.#show());
    state.on(
      ['pointer', 'view', 'powers', 'series'],
      eachFrame(() => this.#fillValues()),
    );
  }

  #group(kind: SeriesKind, channels: readonly Channel[]): HTMLElement {
    const all = button(
      'all',
      { class: 'quiet small', title: `Show or hide all ${titles[kind].toLowerCase()}` },
      () => {
        const shown = new Set(this.#state.shownChannels.map(({ name }) => name));
        const hasAll = channels.every(({ name }) => shown.has(name));
        for (const { name } of channels) hasAll ? shown.delete(name) : shown.add(name);
        this.#state.showChannels(shown);
      },
    );
    const head = element(
      'div',
      { class: 'legend-head' },
      element('h2', {}, titles[kind]),
      kind === 'component' ? this.#at : null,
      all,
    );
    return element('div', { class: 'legend-group' }, head, ...channels.map((channel) => this.#row(channel)));
  }

  #row(channel: Channel): HTMLElement {
    const { name } = channel;
    const number = this.#state.channels.indexOf(channel) + 1;
    const value = element('span', { class: 'legend-value' });
    const row = button(
      '',
      { class: 'legend-row', 'data-series': name, title: number <= 9 ? `${name} (${number})` : name },
      () => this.#state.toggleChannel(name),
    );
    row.append(
      element('span', { class: 'swatch', 'aria-hidden': 'true' }),
      element('span', { class: 'legend-name' }, name),
      value,
      element('kbd', { 'aria-hidden': 'true' }, number <= 9 ? String(number) : ''),
    );
    this.#rows.set(name, { row, value, channel });
    return row;
  }

  #show(): void {
    for (const [name, { row, channel }] of this.#rows) {
      row.setAttribute('aria-pressed', String(this.#state.isShown(name)));
      row.style.setProperty('--series', colourOf(name, channel.colourIndex, this.#state.theme));
    }
    this.#fillValues();
  }

  /** The mean of the pixel's column under the pointer, as it is drawn; of the first run that is shown. */
  #fillValues(): void {
    const { pointerUs, view, recordings } = this.#state;
    const usPerPx = (view.toUs - view.fromUs) / 1000;
    this.#at.textContent = pointerUs === null ? '' : instant(pointerUs / 1e6, Math.max(usPerPx / 1e6, 1e-6));
    const n = recordings.findIndex(({ isShown }) => isShown);
    for (const { value, channel } of this.#rows.values()) {
      const series = channel.series[n] ?? -1;
      if (pointerUs === null || series < 0 || !this.#state.isShown(channel.name)) {
        value.textContent = '';
        continue;
      }
      const { store, offsetUs } = recordings[n]!;
      const us = pointerUs - offsetUs;
      store.fillColumns(series, us - usPerPx / 2, us + usPerPx / 2, this.#column);
      const mw = this.#column.meanMw[0]!;
      value.textContent = Number.isNaN(mw) ? unknown : watts(mw / 1e3);
    }
  }
}
