import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CaptureSink, openCaptureSink } from '../capture/writer.js';
import { errorText } from '../errors.js';
import { stampOf } from '../feeds/spool/place.js';
import { makeFolders } from '../file/folder/make-folders.js';
import type { Track } from '../session/track.js';
import { hostFacts } from '../sink/host.js';
import { Shortfall } from '../sink/shortfall.js';
import type { Sink } from '../sink/sink.js';
import type { EndReason } from '../stream/event.js';
import { eventBlock } from '../stream/frame-block.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { shiftedBlock, shiftedHeader } from './shifted.js';

interface CaptureSeriesOptions {
  readonly folder: string;
  /** How much of the time each file holds, at most. */
  readonly everyMs: number;
  readonly track: Track;
  /** Told of each file when it is begun. */
  readonly onFile: (path: string) => void;
  /** Told when files cannot be written, and with null when they can again. */
  readonly onFailure: (why: string | null) => void;
}

/** After a failure a file is tried again so much later. */
const againMs = 10_000;
const nsPerMs = 1e6;

/**
 * One track's frames in a row of captures, each a recording of its own: the next begins with the sample behind the last one's, and none
 * between them is lost. What cannot be written costs the files and nothing else.
 */
export class CaptureSeries implements Sink {
  readonly shortfall = new Shortfall('the captures');
  readonly #options: CaptureSeriesOptions;
  #header: RecordingHeader | undefined;
  #file: CaptureSink | undefined;
  /** Of the file at hand, since the recording began. */
  #startNs = 0;
  #endNs = 0;
  #againNs = 0;
  #failed = false;
  #finishing: Promise<void> = Promise.resolve();

  constructor(options: CaptureSeriesOptions) {
    this.#options = options;
  }

  begin(header: RecordingHeader): void {
    this.#header = header;
  }

  write(block: SampleBlock): Promise<void> | undefined {
    const frames = block.frames!;
    const atNs = frames.count > 0 ? frames.requestNs[0]! : null;
    const begun = atNs === null ? undefined : this.#turn(atNs);
    if (!this.#file) return begun;
    try {
      const pending = this.#file.write({ ...block, frames: shiftedBlock(frames, this.#startNs) });
      if (!begun && !pending) return undefined;
      return Promise.all([begun, pending]).then(
        () => {},
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  async finish(): Promise<void> {
    this.#letGo();
    await this.#finishing;
  }

  /** Begins a file where one is due. */
  #turn(atNs: number): Promise<void> | undefined {
    if (this.#file ? atNs < this.#endNs : atNs < this.#againNs) return undefined;
    if (this.#file) this.#end(atNs, 'duration');
    this.#letGo();
    this.#againNs = atNs + Math.min(againMs, this.#options.everyMs) * nsPerMs;
    // The first begins as the recording does, so that means of it lie on the same grid as those that were fed.
    const isFirst = this.#endNs === 0;
    this.#startNs = isFirst ? 0 : Math.floor(atNs / 1000) * 1000;
    this.#endNs = this.#nextNs(atNs);
    const { folder, track, onFile, onFailure } = this.#options;
    const header = shiftedHeader(this.#header!, this.#startNs);
    try {
      makeFolders(folder);
      const path = firstFree(join(folder, captureStem(header, track.id)));
      const file = openCaptureSink({
        ...{ path, force: false, board: track.source.board, map: track.wiring.map },
        ...{ host: hostFacts(), accuracy: null, wireLimits: track.wireLimits },
      });
      this.#file = file;
      if (this.#failed) onFailure(null);
      this.#failed = false;
      onFile(path);
      return file.begin(header);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** Files end on the hour where they are an hour long, whenever the recording began. */
  #nextNs(atNs: number): number {
    const everyNs = this.#options.everyMs * nsPerMs;
    const unixNs = (this.#header!.startUnixUs ?? 0) * 1000;
    const sinceNs = (unixNs + atNs) % everyNs;
    return atNs + everyNs - sinceNs;
  }

  #end(atNs: number, reason: EndReason): void {
    const frames = eventBlock([{ type: 'end', atNs: atNs - this.#startNs, reason }]);
    try {
      this.#file!.write({ ...emptySamples, frames })?.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The next file need not wait for the last one to reach the disk. */
  #letGo(): void {
    const file = this.#file;
    this.#file = undefined;
    if (!file) return;
    const before = this.#finishing;
    this.#finishing = file
      .finish()
      .catch((error: unknown) => this.#fail(error))
      .then(() => before);
  }

  #fail(error: unknown): void {
    this.#letGo();
    if (!this.#failed) this.#options.onFailure(errorText(error));
    this.#failed = true;
  }
}

const emptySamples: SampleBlock = {
  ...{ count: 0, timeUs: new Float64Array(0), channels: [], powerMw: [] },
  ...{ earliestNs: new Float64Array(0), latestNs: new Float64Array(0), events: [] },
};

const captureStem = ({ startUnixUs }: RecordingHeader, id: string): string =>
  `${stampOf((startUnixUs ?? 0) / 1000)}.${id}`;

/** Two may begin within a second, where powerlog was started again: the second stands behind the first where names are sorted. */
function firstFree(stem: string): string {
  let path = `${stem}.plog`;
  for (let n = 2; existsSync(path); n++) path = `${stem}_${n}.plog`;
  return path;
}
