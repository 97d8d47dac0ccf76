import type { PageBand } from '../../draw/page-data.js';
import type { LiveBand } from '../../draw/served.js';
import type { Mark } from '../../stream/command-event.js';
import type { RecordingEvent } from '../../stream/event.js';
import { News } from './news.js';

/** More are not told apart on a page. */
const mostBands = 10_000;

/** A command's runs and its phases, as they come. */
export class LiveBands {
  readonly news = new News<LiveBand>(mostBands);
  /** Places of those that go on, and of those whose end the samples have not reached. */
  readonly #unsettled = new Set<number>();
  #argv = '';
  #isRepeated = false;

  /** Phases end with their run; an `end` ends the oldest of its name. */
  take(event: RecordingEvent): void {
    switch (event.type) {
      case 'experiment':
        this.#isRepeated = event.commands > 1 || event.runs > 1;
        break;
      case 'command':
        if (event.command === 0) this.#argv = [this.#argv, ...event.argv].join(' ').trim();
        break;
      case 'baseline':
        this.#add('baseline', 'baseline', event.startNs, event.endNs);
        break;
      case 'run-begin': {
        const which = `${event.warmup ? 'warm-up' : 'run'} ${event.number}`;
        const [kind, name] = this.#isRepeated
          ? (['run', which] as const)
          : (['command', this.#argv] as const);
        this.#add(kind, name, event.atNs);
        break;
      }
      case 'marks':
        for (const mark of event.marks) this.#mark(mark);
        break;
      case 'run-end':
        for (const place of this.#open()) this.#end(place, event.atNs);
        break;
    }
  }

  /** Takes in what each cost, of those that go on or ended lately. @param upToUs the last sample */
  settle(upToUs: number, energyJ: (fromUs: number, toUs: number) => PageBand['energyJ']): void {
    for (const place of this.#unsettled) {
      const band = this.news.items[place]!;
      const endUs = band.open ? Math.max(upToUs, band.startUs) : band.endUs;
      this.news.replace(place, { ...band, endUs, energyJ: energyJ(band.startUs, endUs) });
      if (!band.open && band.endUs <= upToUs) this.#unsettled.delete(place);
    }
  }

  #mark({ kind, name, atNs }: Mark): void {
    if (kind === 'begin') this.#add('phase', name, atNs);
    if (kind !== 'end') return;
    const place = this.#open().find((each) => {
      const band = this.news.items[each]!;
      return band.kind === 'phase' && band.name === name;
    });
    if (place !== undefined) this.#end(place, atNs);
  }

  #open(): number[] {
    return [...this.#unsettled].filter((place) => this.news.items[place]!.open);
  }

  #add(kind: PageBand['kind'], name: string, startNs: number, endNs?: number): number {
    const place = this.news.items.length;
    const startUs = startNs / 1000;
    const endUs = endNs === undefined ? startUs : endNs / 1000;
    this.news.add({ kind, name, startUs, endUs, energyJ: {}, open: endNs === undefined });
    if (this.news.items.length > place) this.#unsettled.add(place);
    return place;
  }

  #end(place: number, atNs: number): void {
    const band = this.news.items[place]!;
    this.news.replace(place, { ...band, endUs: Math.max(atNs / 1000, band.startUs), open: false });
  }
}
