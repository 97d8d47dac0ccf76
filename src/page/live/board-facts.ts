import type { LiveRun } from '../../draw/served.js';
import { fixed, formatCount } from '../../units.js';
import { element, setFigure } from '../dom.js';
import { unknown } from '../format.js';

/** How an instrument keeps up: rate, coverage, samples, gaps. Each has its place, whatever it is by now. */
export class BoardFacts {
  readonly root = element('dl', { class: 'board-facts' });
  readonly #prefix: string;
  readonly #rate: HTMLElement;
  readonly #coverage: HTMLElement;
  readonly #samples: HTMLElement;
  readonly #gaps: HTMLElement;

  /** @param prefix of the keys of its figures */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#rate = this.#fact('rate');
    this.#coverage = this.#fact('coverage');
    this.#samples = this.#fact('samples');
    this.#gaps = this.#fact('gaps');
  }

  /** @param meanHz of the whole recording, when that is over; null while it goes on */
  show({ rateHz, coverage, samples, gapCount }: LiveRun, meanHz: number | null): void {
    const hz = meanHz ?? rateHz;
    const rate = hz === null ? unknown : `${fixed(hz, hz < 100 ? 1 : 0)} Hz`;
    if (meanHz === null) this.#rate.textContent = rate;
    else setFigure(this.#rate, `${this.#prefix}sample_rate_hz`, meanHz, rate);
    const share = coverage === null ? unknown : `${fixed(coverage * 100, 2)} %`;
    setFigure(this.#coverage, `${this.#prefix}coverage`, coverage, share);
    setFigure(this.#samples, `${this.#prefix}samples`, samples, formatCount(samples));
    this.#gaps.textContent = formatCount(gapCount);
  }

  #fact(name: string): HTMLElement {
    const value = element('data', { class: 'figure', 'data-fact': name }, unknown);
    this.root.append(element('div', {}, element('dt', {}, name), element('dd', {}, value)));
    return value;
  }
}
