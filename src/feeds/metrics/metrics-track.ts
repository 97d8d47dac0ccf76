import { isAway } from '../../measure/tracks/away.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import { Extremes } from './extremes.js';
import type { Scraper } from './scrapers.js';

/** What a scrape is told of one power: joules since the recording began, and watts since the last scrape. */
export interface PowerReading {
  readonly kind: 'component' | 'rail';
  readonly name: string;
  readonly energyJ: number;
  /** Null where nothing is known of now: before there are two samples, and while the board is away. */
  readonly powerW: Reading | null;
  readonly voltageV: Reading | null;
}

export interface Reading {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export interface TrackReading {
  readonly board: string;
  readonly powers: readonly PowerReading[];
  readonly samples: number;
  readonly gaps: number;
  /** Null before it is known. */
  readonly coverage: number | null;
  /** The last sample's, UTC; null before the first, and where it is not known. */
  readonly lastUnixS: number | null;
}

/** Where a scraper's stretch begins: at the last sample that it was told of. */
interface Since {
  readonly lastUs: number;
  /** By power, J and mW. */
  readonly energyJ: readonly number[];
  readonly lastMw: Float64Array;
}

interface Watch {
  readonly extremes: Extremes;
  since: Since | null;
  /** What it was told, which stays true until there is another sample. */
  told: readonly (readonly [power: Reading | null, voltage: Reading | null])[];
}

/** How often coverage is worked out, ms. */
const coverageEveryMs = 1000;
const mwPerW = 1e3;

/** Sees one instrument of a recording, and keeps what scrapers may ask of it: never the samples. */
export class MetricsTrack implements Sink {
  readonly #label: string;
  readonly #track: Track;
  /** Of the powers, components first, then of the rails' voltages. */
  readonly #columns: number;
  readonly #components: readonly string[];
  readonly #rails: readonly string[];
  readonly #lastMw: Float64Array;
  /** Since the recording began, for who comes anew; and what no scraper has been told of. */
  readonly #whole: Extremes;
  readonly #fresh: Extremes;
  readonly #watches = new Map<Scraper, Watch>();
  /** Counters only grow, whatever the figures behind them do. */
  readonly #grown = new Map<string, number>();
  #coverage: { readonly share: number | null; readonly atMs: number } | undefined;
  #header: RecordingHeader | undefined;

  /** @param label the board's, which no other bears */
  constructor(track: Track, label: string) {
    this.#track = track;
    this.#label = label;
    this.#components = track.wiring.sums.map(({ name }) => name);
    this.#rails = track.wiring.railNames;
    const powers = this.#components.length + this.#rails.length;
    this.#columns = powers + this.#rails.length;
    this.#lastMw = new Float64Array(powers);
    this.#whole = new Extremes(this.#columns);
    this.#fresh = new Extremes(this.#columns);
  }

  begin(header: RecordingHeader): void {
    this.#header = header;
  }

  write({ count, channels, powerMw }: SampleBlock): void {
    if (count === 0) return;
    const { rails } = this.#track.source.board;
    const powers = [...powerMw, ...rails.map(({ power }) => channels[power]!)];
    this.#fresh.add([...powers, ...rails.map(({ voltage }) => channels[voltage]!)], count);
    for (let n = 0; n < powers.length; n++) this.#lastMw[n] = powers[n]![count - 1]!;
  }

  async finish(): Promise<void> {}

  forget(scraper: Scraper): void {
    this.#watches.delete(scraper);
  }

  /**
   * What a scraper is told now: means, least and largest since it was told last, or since the recording began. Its samples are those up to the
   * last one, that of the scrape before included, as its energy is.
   * @param nowUs of the recording; null where it was made before
   */
  read(scraper: Scraper, nowUs: number | null): TrackReading {
    const { samples, lastUs, energyJ, railEnergyJ, gaps } = this.#track.outputs.collector.progress();
    const energiesJ = [...energyJ, ...railEnergyJ].map((joules) => joules ?? 0);
    const watch = this.#watchOf(scraper);
    const fromUs = watch.since?.lastUs ?? this.#firstUs;
    if (lastUs !== null && fromUs !== null && lastUs > fromUs) {
      watch.told = this.#stretch(watch, energiesJ, (lastUs - fromUs) / 1e6);
      watch.since = { lastUs, energyJ: energiesJ, lastMw: this.#lastMw.slice() };
      watch.extremes.clear();
    }
    const isKnown = nowUs === null || !isAway(samples, lastUs, nowUs);
    const startUs = this.#header?.startUnixUs ?? null;
    const named = [
      ...this.#components.map((name) => ['component', name] as const),
      ...this.#rails.map((name) => ['rail', name] as const),
    ];
    return {
      board: this.#label,
      powers: named.map(([kind, name], n): PowerReading => {
        const [powerW = null, voltageV = null] = (isKnown && watch.told[n]) || [];
        return { kind, name, powerW, voltageV, energyJ: this.#grow(`${kind} ${name}`, energiesJ[n]!) };
      }),
      samples,
      gaps: this.#grow('gaps', gaps),
      coverage: this.#coverageNow(),
      lastUnixS: lastUs === null || startUs === null ? null : (startUs + lastUs) / 1e6,
    };
  }

  get #firstUs(): number | null {
    return this.#track.outputs.collector.reach.firstUs;
  }

  /** What is new goes to all that watch. */
  #watchOf(scraper: Scraper): Watch {
    this.#whole.merge(this.#fresh);
    for (const { extremes } of this.#watches.values()) extremes.merge(this.#fresh);
    this.#fresh.clear();
    const known = this.#watches.get(scraper);
    if (known) return known;
    const watch: Watch = { extremes: new Extremes(this.#columns), since: null, told: [] };
    watch.extremes.merge(this.#whole);
    this.#watches.set(scraper, watch);
    return watch;
  }

  #stretch({ extremes, since }: Watch, energiesJ: readonly number[], lengthS: number): Watch['told'] {
    const { count, min, max, sum } = extremes;
    const components = this.#components.length;
    return energiesJ.map((joules, n) => {
      const lastMw = since?.lastMw[n];
      const power: Reading = {
        mean: (joules - (since?.energyJ[n] ?? 0)) / lengthS,
        min: Math.min(min[n]!, lastMw ?? Number.POSITIVE_INFINITY) / mwPerW,
        max: Math.max(max[n]!, lastMw ?? Number.NEGATIVE_INFINITY) / mwPerW,
      };
      if (n < components) return [power, null] as const;
      const v = n + this.#rails.length;
      const [mean, least, largest] = [sum[v]! / count, min[v]!, max[v]!].map((mv) => mv / 1e3);
      return [power, { mean: mean!, min: least!, max: largest! }] as const;
    });
  }

  /** A rail that is not connected may draw a little less than nothing, and a gap may turn out to be none. */
  #grow(name: string, value: number): number {
    const grown = Math.max(this.#grown.get(name) ?? 0, value);
    this.#grown.set(name, grown);
    return grown;
  }

  #coverageNow(): number | null {
    if (!this.#header) return null;
    const nowMs = performance.now();
    if (!this.#coverage || nowMs - this.#coverage.atMs > coverageEveryMs)
      this.#coverage = { share: this.#track.outputs.collector.measured().coverage, atMs: nowMs };
    return this.#coverage.share;
  }
}
