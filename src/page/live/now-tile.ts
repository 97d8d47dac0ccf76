import { colourOf } from '../../draw/colours.js';
import { fixed } from '../../units.js';
import { element, setFigure } from '../dom.js';
import { joulesParts, unknown, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import type { Channel, Recording } from '../state/recording.js';

/** What a component draws now, large enough to be read from across the room, and what it has cost so far. */
export class NowTile {
  readonly root: HTMLElement;
  readonly #state: AppState;
  readonly #channel: Channel;
  readonly #prefix: string;
  readonly #power = element('span', { class: 'now-value' }, unknown);
  readonly #energy = element('data', { class: 'figure' });
  readonly #unit = element('span', { class: 'unit' });
  readonly #doubt = element('data', { class: 'figure' });
  readonly #mean = element('data', { class: 'figure' });
  readonly #peak = element('data', { class: 'figure' });

  /** @param prefix of the keys of its figures */
  constructor(state: AppState, channel: Channel, recording: Recording, prefix: string) {
    this.#state = state;
    this.#channel = channel;
    this.#prefix = prefix;
    const label = (text: string) => element('span', { class: 'label' }, text);
    this.root = element(
      'article',
      { class: 'tile now', 'data-component': channel.name },
      element('h2', {}, channel.name),
      element('p', { class: 'now-power' }, this.#power, element('span', { class: 'unit' }, 'W')),
      element('p', { class: 'now-energy' }, this.#energy, this.#unit, element('span', {}, '± ', this.#doubt)),
      element('p', { class: 'tile-line' }, label('mean'), this.#mean, label('peak'), this.#peak),
    );
    this.#wear();
    state.on(['theme'], () => this.#wear());
    this.#tell(recording);
    state.on(['runs'], () => this.#tell(recording));
  }

  /** @param nowMw null where its board is away, the recording is over, or nothing came yet */
  show(nowMw: number | null): void {
    this.#power.textContent = nowMw === null ? unknown : largeWatts(nowMw / 1e3);
  }

  /** As the tables below have it, when they have it. */
  #tell({ run }: Recording): void {
    const { name } = this.#channel;
    const { energy_j: energies, energy_uncertainty_j: doubts, power_w: powers } = run.summary;
    const energyJ = energies[name] ?? null;
    const doubtJ = doubts[name] ?? null;
    const [value, unit, doubt] = joulesParts(energyJ, doubtJ);
    setFigure(this.#energy, `${this.#prefix}energy_j.${name}`, energyJ, value);
    this.#unit.textContent = unit;
    setFigure(this.#doubt, `${this.#prefix}energy_uncertainty_j.${name}`, doubtJ, doubt);
    for (const [at, what] of [
      [this.#mean, 'mean'],
      [this.#peak, 'max'],
    ] as const) {
      const power = powers[name]?.[what] ?? null;
      setFigure(at, `${this.#prefix}power_w.${name}.${what}`, power, watts(power));
    }
  }

  #wear(): void {
    const { name, colourIndex } = this.#channel;
    this.root.style.setProperty('--series', colourOf(name, colourIndex, this.#state.theme));
  }
}

/** Three or four digits: more nobody reads while they move. */
const largeWatts = (power: number): string =>
  fixed(power, Math.abs(power) < 10 ? 2 : Math.abs(power) < 100 ? 1 : 0);
