import type { Instrument } from '../board/board.js';
import { beginsCapture } from '../capture/parts.js';
import type { PageBand } from '../draw/page-data.js';
import { inputError } from '../errors.js';
import type { Recalled } from '../exec/figures/recall.js';
import { openByteInput } from '../file/byte-input.js';
import { ByteWindow } from '../file/byte-window.js';
import type { PartFacts } from '../measure/part-facts.js';
import type { MapChoice, RailMap, Wiring } from '../measure/rail-map.js';
import type { RepairedSummary } from '../measure/summary.js';
import type { Calibrations } from '../session/calibration/apply.js';
import type { Sink } from '../sink/sink.js';
import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';
import type { Picture, PictureSink } from './picture-sink.js';
import type { Told } from './reading/told.js';
import type { Series } from './series.js';

/** A recording that was read from its file: its figures, and what pictures of it are made of. */
export interface Rested extends Picture {
  readonly path: string;
  /** Of how many samples means are is not known. */
  readonly summary: RepairedSummary;
  /** What `exec` measured in it, as a capture tells it; null where it ran nothing, and of a CSV. */
  readonly recalled: Recalled | null;
  /** What `exec` measured in it. */
  readonly told: Told;
  readonly bands: readonly PageBand[];
  readonly series: readonly Series[];
  readonly board: Instrument;
  readonly wiring: Wiring;
  readonly header: RecordingHeader;
  /** What the energy of a part of it rests on; null where it holds means. */
  readonly facts: PartFacts | null;
  /** Whether its means are a sensor's readings, each held until the next. */
  readonly isHeld?: boolean;
  /** What is wrong with the file, of which only a part could be read; null where nothing is. */
  readonly damage: string | null;
  /**
   * Reads its samples (or means) once more, wired alike. Blocks are lent until `write` returns, which says whether more are wanted.
   * @throws UserError (usage) where the input can be read once only
   */
  again(write: (block: SampleBlock) => boolean): Promise<void>;
}

/** A recording while it is read. */
export interface Reading {
  readonly series: readonly Series[];
  readonly picture: PictureSink;
  /** What a spacing must be longer than to be a gap, by what is known so far, µs; of means 0. */
  readonly gapLimitUs: () => number;
  /** What the energy of a part rests on, so far; null of means. */
  readonly partFacts: () => PartFacts | null;
  /** Where reading has come to: bytes of the (uncompressed) file, and instant 0 of the recording that is read there. */
  readonly position: () => { readonly bytes: number; readonly startNs: number };
}

export interface ReadingOptions {
  /** The map to sum the rails up with, made from the recording's own; that one where absent. */
  readonly map?: (own: RailMap | undefined) => Promise<MapChoice>;
  /** Of a power reading, as a share; as recorded where absent. */
  readonly accuracy?: number | undefined;
  /** What the readings of a capture go through; as they were recorded where absent. */
  readonly calibrations?: Calibrations | undefined;
  /** Sinks that see the samples too. */
  readonly sinks?: (reading: Reading) => readonly Sink[];
}

/**
 * Reads a capture or a CSV that powerlog wrote, from begin to end.
 * @param path `-` is standard input
 * @throws UserError (badInput) where it is neither
 */
export async function readRested(path: string, options: ReadingOptions = {}): Promise<Rested> {
  const input = await openByteInput(path);
  try {
    const window = new ByteWindow(input);
    if (await beginsCapture(window)) {
      const { readCaptureAtRest } = await import('./reading/capture-reading.js');
      return await readCaptureAtRest(path, window, options);
    }
    if (options.calibrations !== undefined)
      throw inputError(
        `${path} holds values, and a calibration is of a board's readings: apply it to the capture, as \`powerlog replay run.plog --calibration FILE --out run.csv\``,
      );
    const { readRowsAtRest } = await import('./reading/row-reading.js');
    return await readRowsAtRest(path, window, options);
  } finally {
    await input.close();
  }
}
