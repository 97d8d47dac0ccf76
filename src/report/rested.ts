import type { Envelopes, Samples } from '../draw/envelope.js';
import { Recall, type Recalled } from '../exec/figures/recall.js';
import { defaultRailMap, type RailMap } from '../measure/rail-map.js';
import type { Summary } from '../measure/summary.js';
import { startRecording } from '../session/record.js';
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
}

/** Reads a capture once, from begin to end. @throws UserError (badInput) where it is none */
export async function readRested(path: string, map?: RailMap): Promise<Rested> {
  const source = await openRecorded(path, null);
  const recall = new Recall();
  try {
    let picture: PictureSink | undefined;
    let series: readonly Series[] = [];
    const { host, accuracy } = source.facts;
    const recording = await startRecording({
      sources: [source],
      map: map ?? source.facts.map ?? defaultRailMap,
      outputs: { columns: 'rails', accuracy: accuracy ?? undefined, durable: false },
      host,
      sinks: ({ source: { board }, wiring, outputs: { sinks, collector } }) => {
        series = seriesOf(board, wiring);
        picture = new PictureSink(series, () => collector.gapLimitUs);
        return [...sinks, recall, picture];
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
    };
  } finally {
    await recall.dispose();
    await source.close();
  }
}
