import { type Columns, type Grid, gridEndUs, intervalsIn, type Samples } from '../../draw/envelope.js';
import { type Piece, unpackEnvelope, unpackInstants, unpackPowers } from '../../draw/packing.js';
import { instantsElementId, overviewElementId, type PageRun, seriesElementId } from '../../draw/page-data.js';
import type { StretchFigures } from '../../measure/stretch/figures.js';
import { figuresOf, instantUsOf } from '../../measure/stretch/figures.js';
import { IntervalPowers } from '../../measure/stretch/interval-powers.js';
import type { Powers } from '../../measure/stretch/powers.js';
import { fillRollingMeans } from '../../measure/stretch/rolling.js';
import { documentParsed } from '../dom.js';
import { inflatedText } from './decode.js';
import { Instants } from './instants.js';
import type { PowerStore } from './power-store.js';
import { SamplePowers } from './sample-powers.js';

const bytesPerInterval = 12;
/** The overview is as fine as this where its element does not say. */
const overviewQuantumMw = 1;

/** The powers of a run whose data lie in the page's own file: an overview at once, each series when it is wanted. */
export class EmbeddedStore implements PowerStore {
  onChange = (): void => {};
  readonly ready: Promise<void>;
  readonly #run: PageRun;
  readonly #overviews: Powers[] = [];
  /** By series; undefined as long as only the overview is there. */
  readonly #powers: (SamplePowers | IntervalPowers | undefined)[];
  readonly #loading = new Map<number, Promise<SamplePowers | IntervalPowers>>();
  #instants: Promise<Instants> | undefined;
  #known: Instants | undefined;
  /** The data stand behind the script, so that the first picture need not wait for them. */
  readonly #parsed = documentParsed();

  constructor(run: PageRun) {
    this.#run = run;
    this.#powers = run.series.map(() => undefined);
    this.ready = this.#readOverview();
    void this.#parsed.then(() => this.#loadAll());
  }

  get endUs(): number {
    return this.#run.endUs;
  }

  /** All of it is here. */
  expect(): void {}

  isSettled(): boolean {
    return false; // it changes a few times, while the file is read
  }

  fillColumns(series: number, fromUs: number, toUs: number, into: Columns): void {
    const powers = this.#best(series);
    if (powers) powers.fillColumns(fromUs, toUs, into);
    else for (const column of [into.minMw, into.maxMw, into.meanMw]) column.fill(Number.NaN);
  }

  fillRolling(series: number, fromUs: number, toUs: number, windowUs: number, into: Float32Array): void {
    const powers = this.#best(series);
    if (powers) fillRollingMeans(powers, this.#run.gaps, this.#run, { fromUs, toUs, windowUs }, into);
    else into.fill(Number.NaN);
  }

  samplesIn(fromUs: number, toUs: number, most: number): Samples | null {
    const instants = this.#known;
    if (!instants) return null;
    const first = Math.max(0, instants.from(fromUs) - 1);
    const behind = Math.min(instants.count, instants.upTo(toUs) + 2);
    if (behind - first > most) return null;
    return {
      timeUs: instants.timeUs.subarray(first, behind),
      powerMw: this.#powers.map((powers) =>
        powers instanceof SamplePowers
          ? powers.powerMw.subarray(first, behind)
          : new Float32Array(behind - first).fill(Number.NaN),
      ),
    };
  }

  async measure(fromUs: number, toUs: number): Promise<StretchFigures> {
    const powers = await this.#loadAll();
    return figuresOf(this.#run, powers, fromUs, toUs);
  }

  async finest(fromUs: number, toUs: number): Promise<Piece> {
    const powers = await this.#loadAll();
    const intervals = powers.filter((each) => each instanceof IntervalPowers);
    const [first] = intervals;
    if (first) {
      const envelopes = { grid: first.grid, series: intervals.map(({ envelope }) => envelope) };
      return { kind: 'intervals', ...intervalsIn(envelopes, fromUs, toUs) };
    }
    const instants = this.#known!;
    const [from, behind] = [instants.from(fromUs), instants.upTo(toUs) + 1];
    return {
      kind: 'samples',
      timeUs: instants.timeUs.subarray(from, behind),
      powerMw: powers.map((each) => (each as SamplePowers).powerMw.subarray(from, behind)),
    };
  }

  #best(series: number): Powers | undefined {
    const powers = this.#powers[series];
    if (!powers) void this.#parsed.then(() => this.#load(series));
    return powers ?? this.#overviews[series];
  }

  async #readOverview(): Promise<void> {
    const element = document.getElementById(overviewElementId(this.#run.id));
    if (!element) return;
    const facts = JSON.parse(element.dataset.facts!) as Grid & { readonly quantumMw?: number };
    const bytes = await inflatedText(element);
    const each = facts.count * bytesPerInterval;
    this.#run.series.forEach((_, n) => {
      const envelope = unpackEnvelope(
        bytes.subarray(n * each, (n + 1) * each),
        facts,
        facts.quantumMw ?? overviewQuantumMw,
      );
      this.#overviews.push(new IntervalPowers(facts, envelope, this.#run));
    });
    this.onChange();
  }

  #loadAll(): Promise<(SamplePowers | IntervalPowers)[]> {
    return Promise.all(this.#run.series.map((_, n) => this.#load(n)));
  }

  #load(series: number): Promise<SamplePowers | IntervalPowers> {
    const loading = this.#loading.get(series) ?? this.#read(series);
    this.#loading.set(series, loading);
    return loading;
  }

  async #read(series: number): Promise<SamplePowers | IntervalPowers> {
    await this.#parsed;
    const { id, resolution } = this.#run;
    const element = document.getElementById(seriesElementId(id, series));
    if (!element) throw new Error(`this page lacks the data of ${this.#run.series[series]!.name}`);
    const bytes = await inflatedText(element);
    let powers: SamplePowers | IntervalPowers;
    if (resolution.kind === 'samples') {
      this.#instants ??= this.#readInstants(resolution.count);
      const instants = await this.#instants;
      powers = new SamplePowers(instants, unpackPowers(bytes, resolution.count), instantUsOf(this.#run));
    } else {
      const grid: Grid = { startUs: 0, intervalUs: resolution.intervalUs, count: resolution.count };
      if (gridEndUs(grid) < this.#run.endUs) throw new Error('the data end before their recording');
      powers = new IntervalPowers(grid, unpackEnvelope(bytes, grid, resolution.quantumMw), this.#run);
    }
    this.#powers[series] = powers;
    this.onChange();
    return powers;
  }

  async #readInstants(count: number): Promise<Instants> {
    const element = document.getElementById(instantsElementId(this.#run.id));
    if (!element) throw new Error('this page lacks the instants of its samples');
    this.#known = new Instants(unpackInstants(await inflatedText(element), count), this.#run);
    return this.#known;
  }
}
