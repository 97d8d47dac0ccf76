import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Envelopes, gridEndUs, intervalsIn, Pyramid, type Samples } from '../../draw/envelope.js';
import type { Piece } from '../../draw/packing.js';
import type { PageRun } from '../../draw/page-data.js';
import type { ServedMeasure, ServedProgress } from '../../draw/served.js';
import { errorText, UserError } from '../../errors.js';
import type { PartFacts } from '../../measure/part-facts.js';
import { pageRun } from '../../report/page-run.js';
import { type Reading, type ReadingOptions, type Rested, readRested } from '../../report/rested.js';
import { factsOver } from '../../report/series.js';
import type { LandmarkedTrace } from '../../trace/landmarked-trace.js';
import { type SpanCost, Trace } from '../../trace/trace.js';
import { measureOf, measureOfIntervals, placeNames, spanOf, unknownMeasure } from '../measures.js';
import { gridOver, intervalsOf, samplesIn } from '../pieces.js';
import { Breather, NotWanted } from './breather.js';
import { keptRows } from './kept-rows.js';
import { LandmarkSink } from './landmark-sink.js';
import { type OnDisk, openOnDisk } from './on-disk.js';
import { Turns } from './turns.js';

/** So many samples are sent as they are, or four a column. */
const fewSamples = 8192;
const samplesPerColumn = 4;
/** Of so many samples intervals are made while a page waits: some 100 ms of work. */
const mostRead = 400_000;
/** Of so many samples a stretch's cost is reckoned between two turns of others. */
const costedAtOnce = 4096;

/** A recording at rest that is shown while it is read, from its file where that can be sought in. */
export class ViewedRun {
  readonly id: string;
  readonly path: string;
  readonly #disk: OnDisk | null;
  readonly #sizeBytes: number;
  #reading: Reading | null = null;
  #rested: Rested | null = null;
  #run: PageRun | null = null;
  #pyramid: Pyramid | null = null;
  #trace: LandmarkedTrace | null = null;
  #breather: Breather | null = null;
  #problem: string | null = null;
  #isDone = false;

  private constructor(id: string, path: string, disk: OnDisk | null) {
    this.id = id;
    this.path = path;
    this.#disk = disk;
    this.#sizeBytes = path === '-' ? 0 : statSync(path).size;
    this.#run = disk ? disk.unreadRun(id, basename(path)) : null;
  }

  /** @throws UserError (badInput) where it cannot be opened */
  static async open(id: string, path: string, options: ReadingOptions): Promise<ViewedRun> {
    return new ViewedRun(id, path, await openOnDisk(path, options));
  }

  /** What is known of it by now; null before its series are. */
  get run(): PageRun | null {
    return this.#run;
  }

  get progress(): ServedProgress {
    const bytes = this.#reading?.position().bytes ?? 0;
    return {
      run: this.id,
      share:
        this.#isDone || this.#rested ? 1 : Math.min(this.#sizeBytes > 0 ? bytes / this.#sizeBytes : 0, 1),
      upToUs: this.#run && this.#rested ? this.#run.endUs : (this.#reading?.picture.lastUs ?? 0),
      done: this.#isDone,
      seeks: this.#disk !== null,
      problem: this.#problem,
    };
  }

  /**
   * Reads all of it, once; what is wrong with it is told in `progress`.
   * @param isWanted false ends it
   * @param onProgress is called now and then
   */
  async read(options: ReadingOptions, isWanted: () => boolean, onProgress: () => void): Promise<void> {
    const breather = new Breather(isWanted, onProgress);
    this.#breather = breather;
    let landmarks: LandmarkSink | undefined;
    try {
      const rested = await readRested(this.path, {
        ...options,
        sinks: (reading) => {
          this.#reading = reading;
          landmarks = new LandmarkSink(reading);
          return [breather, landmarks];
        },
      });
      if (this.#disk) this.#disk.seeker.parts = landmarks!.parts(this.#disk.firstByte);
      // The trace may read all of it again, and meanwhile what is known is to the intervals.
      this.#settle(rested);
      const rows = this.#disk?.rows ?? (rested.samples && keptRows(rested.samples));
      if (rows && rested.facts)
        this.#trace = await landmarks!.trace(rows, rested.facts, () => breather.breathe());
    } catch (error) {
      if (error instanceof NotWanted) return;
      if (!(error instanceof UserError)) throw error;
      this.#problem = errorText(error);
    }
    this.#isDone = true;
    onProgress();
  }

  async piece(fromUs: number, toUs: number, columns: number): Promise<Piece> {
    const piece = await this.#piece(fromUs, toUs, columns);
    this.#breather?.standBack(piece.kind === 'samples' ? 'samples' : 'overview');
    return piece;
  }

  async #piece(fromUs: number, toUs: number, columns: number): Promise<Piece> {
    const most = Math.max(fewSamples, samplesPerColumn * columns);
    const few = await this.#samples(fromUs, toUs, most);
    if (few) return { kind: 'samples', ...few };
    const wantedUs = (toUs - fromUs) / columns;
    if (this.#pyramid && this.#pyramid.finest.grid.intervalUs <= wantedUs)
      return { kind: 'intervals', ...intervalsIn(this.#pyramid.levelFor(wantedUs), fromUs, toUs) };
    const grid = gridOver(fromUs, toUs, wantedUs);
    // Means are steps, which the pyramid knows and intervals made of their samples would not.
    const isOfMeans = this.#rested?.meansUs != null;
    const many = isOfMeans ? null : await this.#samples(grid.startUs, gridEndUs(grid), mostRead);
    if (many) return { kind: 'intervals', ...intervalsOf(many, grid, this.#gapLimitUs) };
    return { kind: 'intervals', ...this.#finest(fromUs, toUs, wantedUs) };
  }

  async measure(fromUs: number, toUs: number): Promise<ServedMeasure> {
    const run = this.#run;
    if (!run) return unknownMeasure(0);
    const { length } = run.series;
    if (this.#trace) return measureOf((await this.#trace.evaluate([spanOf(fromUs, toUs)]))[0]!, length);
    const isReached = this.#pyramid !== null || toUs <= this.progress.upToUs;
    if (isReached) return measureOfIntervals(run, this.#finest(fromUs, toUs, 0), fromUs, toUs);
    const samples = await this.#samples(fromUs, toUs, mostRead);
    if (samples) this.#breather?.standBack('samples');
    const facts = this.#reading?.partFacts();
    const names = placeNames(length);
    const cost =
      samples &&
      facts &&
      (await costBefore(samples, factsOver(facts, names, this.#reading!.series), fromUs, toUs));
    return cost ? measureOf(cost, length) : unknownMeasure(length);
  }

  close(): void {
    this.#disk?.seeker.close();
  }

  get #gapLimitUs(): number {
    return this.#rested?.facts?.gapLimitUs ?? this.#reading?.gapLimitUs() ?? 0;
  }

  async #samples(fromUs: number, toUs: number, most: number): Promise<Samples | null> {
    const kept = this.#rested?.samples;
    if (kept) {
      const samples = samplesIn(kept, fromUs, toUs);
      return samples.timeUs.length <= most ? samples : null;
    }
    return this.#disk ? this.#disk.rows.between(fromUs, toUs, most) : null;
  }

  /** As fine as it is known by now. */
  #finest(fromUs: number, toUs: number, wantedUs: number): Envelopes {
    if (this.#pyramid) return intervalsIn(this.#pyramid.levelFor(wantedUs), fromUs, toUs);
    const nothing = { grid: { startUs: fromUs, intervalUs: wantedUs, count: 0 }, series: [] };
    return this.#reading?.picture.part(fromUs, toUs, wantedUs) ?? nothing;
  }

  #settle(rested: Rested): void {
    const { samples, envelopes } = rested;
    this.#rested = rested;
    this.#pyramid = new Pyramid(envelopes);
    this.#run = pageRun(
      rested,
      this.id,
      this.#disk || samples
        ? { kind: 'samples', count: rested.summary.samples ?? samples?.timeUs.length ?? 0 }
        : { kind: 'intervals', ...envelopes.grid, quantumMw: 1 },
    );
    this.#reading = null;
  }
}

/** Of samples that lie where reading has not come to; null where there is a gap among them, whose surroundings are not known yet. */
async function costBefore(
  { timeUs, powerMw }: Samples,
  facts: PartFacts,
  fromUs: number,
  toUs: number,
): Promise<SpanCost | null> {
  if (timeUs.some((us, n) => us - timeUs[Math.max(n - 1, 0)]! > facts.gapLimitUs)) return null;
  const turns = new Turns();
  async function* chunks() {
    for (let first = 0; first < timeUs.length; first += costedAtOnce) {
      const behind = Math.min(first + costedAtOnce, timeUs.length);
      yield {
        count: behind - first,
        timeUs: timeUs.subarray(first, behind),
        powerMw: powerMw.map((column) => Float64Array.from(column.subarray(first, behind))),
      };
      if (turns.areDue) await turns.give();
    }
  }
  const [cost] = await new Trace({ chunks }, () => facts).evaluate([spanOf(fromUs, toUs)]);
  return cost!;
}
