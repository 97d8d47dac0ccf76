import { wideValue } from '../board/field-type.js';
import { missingValue } from '../board/frame.js';
import type { SummaryCollector } from '../measure/collector.js';
import type { BoardFreshness } from '../measure/freshness/board-freshness.js';
import { ownMap, resolveWiring } from '../measure/rail-map.js';
import { type ColumnSource, csvColumns } from '../sink/columns.js';
import type { Source } from '../source/source.js';
import type { SampleBlock } from '../stream/sample-block.js';
import { startRecording } from './record.js';

export interface Reading {
  /** As the CSV names it; ends in its unit. */
  readonly name: string;
  readonly title: string;
  readonly decimals: number;
  /** In the name's unit; null where no probe is connected. */
  readonly value: number | null;
}

export interface FirstReadings {
  /** One sample of everything the board measures, sums first. */
  readonly readings: readonly Reading[];
  /** How often they are new, as far as a moment tells. */
  readonly freshness: BoardFreshness | null;
}

const handOverMs = 20;
/** How long is looked at most for how often readings are new: a dozen updates of 100 ms are more than a second. */
const longestUs = 1.5e6;
/** A board that gives none, or too few to tell, is not waited for longer than on a busy machine it may take. */
const patienceMs = 10_000;
/** So often is asked whether that is known. */
const lookEveryUs = 0.1e6;
/** It is where it is known this well, … */
const wellKnown = 0.02;
/** … or where this share of so many samples are new. */
const nearlyAll = 0.5;
const someSamples = 100;

/** What the board reads now, and how often that is new; undefined where no sample comes. */
export async function firstReadings(source: Source): Promise<FirstReadings | undefined> {
  const { board } = source;
  const wiring = resolveWiring(board, ownMap(board));
  const columns = csvColumns(board, wiring, 'all').filter(
    ({ source: { kind } }) => kind === 'sum' || kind === 'channel',
  );
  let readings: Reading[] | undefined;
  let firstUs: number | undefined;
  let lookedUs = 0;
  const recording = await startRecording({
    sources: [source],
    map: ownMap,
    outputs: { columns: 'all' },
    sampling: { handOverMs, durationMs: patienceMs },
    sinks: ({ outputs: { collector } }) => [
      collector,
      {
        begin: () => {},
        write: (block) => {
          const { count, timeUs } = block;
          if (count === 0) return;
          readings ??= columns.map(({ name, title, decimals, source: from }) => {
            const integer = firstValue(block, from);
            return { name, title, decimals, value: integer === null ? null : integer / 10 ** decimals };
          });
          firstUs ??= timeUs[0]!;
          const lookedForUs = timeUs[count - 1]! - firstUs;
          if (lookedForUs - lookedUs < lookEveryUs) return;
          lookedUs = lookedForUs;
          if (lookedForUs >= longestUs || isKnown(collector)) recording.stop();
        },
        finish: async () => {},
      },
    ],
  });
  await recording.ended;
  return readings && { readings, freshness: recording.tracks[0]!.outputs.collector.freshness };
}

function isKnown(collector: SummaryCollector): boolean {
  const { freshness } = collector;
  if (!freshness) return true;
  const { update_s, update_uncertainty_s, repeated_share } = freshness;
  if (update_s !== null) return update_uncertainty_s! < wellKnown * update_s;
  return collector.progress().samples >= someSamples && repeated_share! < nearlyAll;
}

function firstValue({ powerMw, channels }: SampleBlock, from: ColumnSource): number | null {
  if (from.kind === 'sum') return powerMw[from.index]![0]!;
  if (from.kind !== 'channel') return null;
  const column = channels[from.index]!;
  if (from.wide) return Number(wideValue(column, 0));
  return from.missing && column[0] === missingValue ? null : column[0]!;
}
