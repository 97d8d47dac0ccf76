import type { SeekPart } from '../../capture/seek/seeker.js';
import type { PartFacts } from '../../measure/part-facts.js';
import type { Reading } from '../../report/rested.js';
import { factsOver } from '../../report/series.js';
import type { Sink } from '../../sink/sink.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import type { HistoryChunk } from '../../trace/history.js';
import type { LandmarkedTrace } from '../../trace/landmarked-trace.js';
import { Landmarks } from '../../trace/landmarks.js';
import { placeNames } from '../measures.js';

/** Samples that can be read again. */
export interface RowsAgain {
  /** Those behind one instant, up to another, µs. */
  chunk(behindUs: number, upToUs: number): Promise<HistoryChunk>;
  all(): AsyncIterable<HistoryChunk>;
}

/** Sets landmarks while a recording is read, and sees of which recordings its file is joined. */
export class LandmarkSink implements Sink {
  readonly #reading: Reading;
  readonly #landmarks: Landmarks;
  /** Those behind the first. */
  readonly #joined: { readonly fromByte: number; readonly startNs: number; readonly beforeEndsAt: number }[] =
    [];
  #bytes = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
    this.#landmarks = new Landmarks(reading.series.length, reading.gapLimitUs);
  }

  begin(): void {}

  write(block: SampleBlock): void {
    const { bytes, startNs } = this.#reading.position();
    for (const event of block.events)
      if (event.type === 'fault' && event.kind === 'joined')
        this.#joined.push({ fromByte: bytes, startNs, beforeEndsAt: this.#bytes });
    this.#bytes = bytes;
    if (block.count === 0) return;
    const powersMw = this.#reading.series.map((series) => series.of(block));
    this.#landmarks.add(block.timeUs, powersMw, block.count);
  }

  async finish(): Promise<void> {}

  /** Where in the file each of its recordings lies, when all is read. */
  parts(firstByte: number): SeekPart[] {
    const begins = [{ fromByte: firstByte, startNs: 0 }, ...this.#joined];
    const ends = [...this.#joined.map(({ beforeEndsAt }) => beforeEndsAt), this.#bytes];
    return begins.map(({ fromByte, startNs }, n) => ({ fromByte, startNs, toByte: ends[n]! }));
  }

  /** When all is read. @param breathe is called between two stretches of samples */
  async trace(rows: RowsAgain, facts: PartFacts, breathe: () => Promise<void>): Promise<LandmarkedTrace> {
    const series = this.#reading.series.length;
    let landmarks = this.#landmarks;
    if (!landmarks.isSound(facts)) {
      // Spacings were judged by what was known of them by then.
      landmarks = new Landmarks(series, () => facts.gapLimitUs);
      for await (const { timeUs, powerMw, count } of rows.all()) {
        landmarks.add(timeUs, powerMw, count);
        await breathe();
      }
    }
    const names = placeNames(series);
    return landmarks.finish(names, factsOver(facts, names, this.#reading.series), (behindUs, upToUs) =>
      rows.chunk(behindUs, upToUs),
    );
  }
}
