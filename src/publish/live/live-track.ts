import { EnvelopeBuilder } from '../../draw/envelope-builder.js';
import { type Piece, packPiece } from '../../draw/packing.js';
import type { PageFlag, PageRun, PageSummary } from '../../draw/page-data.js';
import type { LiveRun, ServedMeasure } from '../../draw/served.js';
import type { Measured } from '../../measure/summary.js';
import { isAway } from '../../measure/tracks/away.js';
import { wireFlagText } from '../../measure/wires/alarm-text.js';
import { calibratedIn, factsOver, type Series, seriesOf } from '../../report/series.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import type { EndReason } from '../../stream/event.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import type { Warning } from '../../stream/warning.js';
import { unknownMeasure } from '../measures.js';
import { LiveBands } from './live-bands.js';
import { LiveGaps } from './live-gaps.js';
import { measureLive } from './live-powers.js';
import { News, notShown } from './news.js';
import { Rate } from './rate.js';
import { StandOuts } from './stand-outs.js';

/** Pages are sent intervals of about this length as they come, µs. */
const pushedUs = 10_000;
/** All of a recording is told in at least so many intervals, about a megabyte. */
const wholeColumns = 2048;
/** More are not shown one by one. */
const mostFlags = 10_000;
/** With more, figures are told at first and at the end only: each of them holds its gaps. */
const mostToldGaps = 500;
/** How often gaps, coverage and warnings are worked out, ms. */
const figuresEveryMs = 1000;

/** Sees one instrument of a recording, and keeps what pages may ask of it: never the samples. */
export class LiveTrack implements Sink {
  readonly id: string;
  /** Why it is over; null while it goes on. */
  ended: EndReason | null = null;
  readonly #track: Track;
  readonly #series: readonly Series[];
  readonly #builder: EnvelopeBuilder;
  readonly #onNews: () => void;
  readonly #standOuts: StandOuts;
  readonly #rate = new Rate();
  readonly #bands = new LiveBands();
  readonly #gaps: LiveGaps;
  readonly #flags = new News<PageFlag>(mostFlags);
  #toldFigures: Measured | null = null;
  #header: RecordingHeader | undefined;
  #figures: { readonly measured: Measured; readonly atMs: number } | undefined;
  #concluded: PageSummary | undefined;
  #firstUs: number | null = null;
  #pushedUpToUs = 0;

  /** @param onNews is called when there is something to tell */
  constructor(id: string, track: Track, onNews: () => void) {
    this.id = id;
    this.#track = track;
    this.#onNews = onNews;
    this.#series = seriesOf(track.source.board, track.wiring);
    this.#builder = new EnvelopeBuilder(this.#series.length);
    this.#gaps = new LiveGaps(
      this.#builder,
      this.#series.map(({ name }) => name),
    );
    this.#standOuts = new StandOuts(track.wiring.sums.map(({ name }) => name));
  }

  begin(header: RecordingHeader): void {
    this.#header = header;
    this.#onNews();
  }

  write(block: SampleBlock): void {
    const { count, timeUs, events } = block;
    if (count > 0) {
      this.#firstUs ??= timeUs[0]!;
      const powersMw = this.#series.map((series) => series.of(block));
      this.#builder.add(timeUs, powersMw, count, this.#gapLimitUs);
      this.#standOuts.add(timeUs, powersMw, count, this.#gapLimitUs);
      this.#rate.add(count, timeUs[count - 1]!);
    }
    for (const event of events) {
      this.#bands.take(event);
      if (event.type === 'board-fault')
        this.#flags.add({ kind: 'board-fault', name: event.name, atUs: event.atNs / 1000 });
      if (event.type === 'wire-alarm' && event.edge === 'begin')
        this.#flags.add({ kind: 'wire-alarm', name: wireFlagText(event), atUs: event.beganNs / 1000 });
      if (event.type === 'marks')
        for (const { kind, name, atNs } of event.marks)
          if (kind === 'point') this.#flags.add({ kind: 'mark', name, atUs: atNs / 1000 });
      if (event.type === 'end') this.ended = event.reason;
    }
    this.#onNews();
  }

  async finish(): Promise<void> {
    this.ended ??= 'source-ended';
    this.#onNews();
  }

  /** As pages are given it at first; null before it has begun. */
  get run(): PageRun | null {
    return this.#run(true);
  }

  /** @param isAnew with figures as they stand now, which take a while */
  #run(isAnew: boolean): PageRun | null {
    if (!this.#header) return null;
    this.#settleBands();
    const { board, startUnixUs } = this.#header;
    const measured = this.#measured(isAnew);
    const { intervalUs, lastUs } = this.#builder;
    const sampling = measured.uncertainty.edges_j;
    const { accuracy } = factsOver(this.#track.outputs.collector.partFacts(), [], this.#series);
    return {
      ...{ id: this.id, name: board.name ?? this.#track.id, startUnixUs, offsetUs: 0 },
      startUs: this.#firstUs ?? 0,
      endUs: lastUs,
      series: this.#series.map(({ name, kind }, n) => ({
        ...{ name, kind, ...calibratedIn(accuracy?.parts[n]) },
        samplingJ: (kind === 'component' ? sampling[name] : null) ?? 0,
      })),
      resolution: {
        kind: 'intervals',
        ...{ intervalUs, count: Math.ceil(lastUs / intervalUs), quantumMw: 1 },
      },
      gaps: this.#gaps.of(measured, this.#gapLimitUs),
      bands: this.#bands.news.items,
      flags: this.#flags.items,
      ...this.#standOuts.found,
      summary: this.#summaryOf(measured),
    };
  }

  /** All is worked out. @param summary that of the files */
  conclude(summary: PageSummary): void {
    this.#concluded = summary;
  }

  /**
   * How it stands.
   * @param whole lists are whole, for one who comes anew; otherwise they are what has not been told
   * @param nowUs of the recording
   */
  state(whole: boolean, nowUs: number): LiveRun {
    this.#settleBands();
    const { collector } = this.#track.outputs;
    const { samples, lastUs, powerMw, energyJ, gaps: gapCount } = collector.progress();
    const isEnd = whole || this.ended !== null;
    const measured = this.#header ? this.#measured(isEnd) : null;
    const away = this.ended === null && isAway(samples, lastUs, nowUs);
    const gaps = measured ? this.#gaps.of(measured, this.#gapLimitUs) : [];
    const isNews = measured !== null && (isEnd || this.#areFiguresNews(measured));
    const state: LiveRun = {
      ...{ run: this.id, startUs: this.#firstUs, endUs: lastUs, samples, gapCount, away, energyJ },
      rateHz: away ? null : this.#rate.hz,
      coverage: measured?.coverage ?? null,
      powerMw: away ? powerMw.map(() => null) : powerMw,
      bands: whole ? this.#bands.news.all() : this.#bands.news.tell(),
      flags: whole ? this.#flags.all() : this.#flags.tell(),
      gaps: whole ? gaps : this.#gaps.tell(gaps),
      warnings: [...(measured?.warnings ?? []), ...this.#notShown],
      intervalUs: this.#builder.intervalUs,
      summary: isNews ? this.#summaryOf(measured) : null,
      standOuts: isNews ? this.#standOuts.found : null,
    };
    if (!whole) this.#toldFigures = measured;
    return state;
  }

  /** Nobody has listened up to now: what there is by now is not news to those who do. */
  forget(): void {
    this.#bands.news.tell();
    this.#flags.tell();
    this.#pushedUpToUs = this.#builder.lastUs;
  }

  /** The intervals that are complete and were not pushed yet. */
  push(): Uint8Array {
    const { intervalUs, lastUs } = this.#builder;
    const factor = Math.max(1, Math.floor(pushedUs / intervalUs));
    const upToUs =
      this.ended === null ? Math.floor(lastUs / (factor * intervalUs)) * factor * intervalUs : lastUs;
    const fromUs = Math.min(this.#pushedUpToUs, upToUs);
    this.#pushedUpToUs = upToUs;
    return packPiece({
      kind: 'intervals',
      ...this.#builder.part(fromUs, upToUs, pushedUs, this.#gapLimitUs),
    });
  }

  /** All of it, for a page that has nothing to ask any more. */
  whole(): Uint8Array {
    return packPiece(this.piece(0, this.#builder.lastUs + 1, wholeColumns));
  }

  piece(fromUs: number, toUs: number, columns: number): Piece {
    return {
      kind: 'intervals',
      ...this.#builder.part(fromUs, toUs, (toUs - fromUs) / columns, this.#gapLimitUs),
    };
  }

  measure(fromUs: number, toUs: number): ServedMeasure {
    const run = this.#run(false);
    if (!run) return unknownMeasure(this.#series.length);
    return measureLive(run, this.#builder, this.#gapLimitUs, fromUs, toUs);
  }

  get #gapLimitUs(): number {
    return this.#track.outputs.collector.gapLimitUs;
  }

  #settleBands(): void {
    this.#bands.settle(this.#builder.lastUs, (fromUs, toUs) =>
      Object.fromEntries(
        this.#track.wiring.sums.map(({ name }, n) => [
          name,
          this.#builder.energyUpToJ(n, toUs) - this.#builder.energyUpToJ(n, fromUs),
        ]),
      ),
    );
  }

  get #notShown(): Warning[] {
    return notShown(this.#bands.news.dropped, this.#flags.dropped);
  }

  #summaryOf(measured: Measured): PageSummary {
    const summary = this.#concluded ?? (measured as unknown as PageSummary);
    return { ...summary, warnings: [...summary.warnings, ...this.#notShown] };
  }

  /** Whether they are worth being told between two whole ones. */
  #areFiguresNews(measured: Measured): boolean {
    return measured !== this.#toldFigures && measured.gaps.length <= mostToldGaps;
  }

  #measured(isAnew: boolean): Measured {
    const nowMs = performance.now();
    if (!this.#figures || isAnew || nowMs - this.#figures.atMs > figuresEveryMs)
      this.#figures = { measured: this.#track.outputs.collector.measured(), atMs: nowMs };
    return this.#figures.measured;
  }
}
