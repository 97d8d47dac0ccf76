import type { Envelopes, Samples } from '../draw/envelope.js';
import { Recall, type Recalled } from '../exec/figures/recall.js';
import type { PartFacts } from '../measure/part-facts.js';
import { defaultRailMap, type RailMap } from '../measure/rail-map.js';
import type { Summary } from '../measure/summary.js';
import { startRecording } from '../session/record.js';
import type { Sink } from '../sink/sink.js';
import { CaptureSource } from '../source/capture.js';
import { openRecorded } from '../source/recorded.js';
import { PictureSink } from './picture-sink.js';
import { type Series, seriesOf } from './series.js';

/** A recording that was read from its file: its figures, and what pictures of it are made of. */
export interface Rested {
  readonly path: string;
  readonly summary: Summary;
  /** What `exec` measured in it; null where it ran nothing. */
  readonly recalled: Recalled | null;
  readonly series: readonly Series[];
  readonly envelopes: Envelopes;
  /** Null where they are too many to keep. */
  readonly samples: Samples | null;
  /** What the energy of a part of it rests on; null where it holds means. */
  readonly facts: PartFacts | null;
}

/** A recording while it is read. */
export interface Reading {
  readonly series: readonly Series[];
  readonly picture: PictureSink;
  /** What a spacing must be longer than to be a gap, by what is known so far, µs. */
  readonly gapLimitUs: () => number;
  /** What the energy of a part rests on, so far. */
  readonly partFacts: () => PartFacts;
  /** Where reading has come to: bytes of the (uncompressed) file, and instant 0 of the recording that is read there. */
  readonly position: () => { readonly bytes: number; readonly startNs: number };
}

export interface ReadingOptions {
  /** The map to sum the rails up with, made from the recording's own; that one where absent. */
  readonly map?: (own: RailMap | undefined) => RailMap | Promise<RailMap>;
  /** Of a power reading, as a share; as recorded where absent. */
  readonly accuracy?: number | undefined;
  /** Sinks that see the samples too. */
  readonly sinks?: (reading: Reading) => readonly Sink[];
}

/** Reads a capture once, from begin to end. @throws UserError (badInput) where it is none */
export async function readRested(
  path: string,
  { map: mapFrom, accuracy: given, sinks: more }: ReadingOptions = {},
): Promise<Rested> {
  const source = await openRecorded(path, null);
  const recall = new Recall();
  try {
    let picture: PictureSink | undefined;
    let series: readonly Series[] = [];
    const { host } = source.facts;
    const accuracy = given ?? source.facts.accuracy;
    const map = await mapFrom?.(source.facts.map);
    const recording = await startRecording({
      sources: [source],
      map: map ?? source.facts.map ?? defaultRailMap,
      outputs: { columns: 'rails', accuracy: accuracy ?? undefined, durable: false },
      host,
      sinks: ({ source: { board }, wiring, outputs: { sinks, collector } }) => {
        series = seriesOf(board, wiring);
        picture = new PictureSink(series, () => collector.gapLimitUs);
        const reading: Reading = {
          ...{ series, picture },
          gapLimitUs: () => collector.gapLimitUs,
          partFacts: () => collector.partFacts(),
          position: () =>
            source instanceof CaptureSource
              ? { bytes: source.reader.wholeBytes, startNs: source.reader.lastStartNs }
              : { bytes: 0, startNs: 0 },
        };
        return [...sinks, recall, picture, ...(more?.(reading) ?? [])];
      },
    });
    await recording.ended;
    const recalled = await recall.conclude(() => recording.tracks[0]!.outputs.collector.partFacts());
    const summary = await recording.summarize({
      warnings: [...recording.warnings, ...(recalled?.warnings ?? [])],
      ...(recalled && { extra: recalled.extra }),
    });
    const gaps = summary.gaps.map(({ start_s, end_s }) => ({ startUs: start_s * 1e6, endUs: end_s * 1e6 }));
    return {
      path,
      summary,
      recalled,
      series,
      envelopes: picture!.envelopes(gaps),
      samples: picture!.samples(),
      facts: recording.tracks[0]!.outputs.collector.partFacts(),
    };
  } finally {
    await recall.dispose();
    await source.close();
  }
}
