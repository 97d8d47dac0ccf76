import { wideValue } from '../board/field-type.js';
import { missingValue } from '../board/frame.js';
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

/** The first reading is shown when it is there, ms. */
const promptlyMs = 20;

/** One sample of everything the board measures, sums first; undefined where none comes. */
export async function firstReadings(source: Source): Promise<Reading[] | undefined> {
  const { board } = source;
  const wiring = resolveWiring(board, ownMap(board));
  const columns = csvColumns(board, wiring, 'all').filter(
    ({ source: { kind } }) => kind === 'sum' || kind === 'channel',
  );
  let readings: Reading[] | undefined;
  const recording = await startRecording({
    sources: [source],
    map: ownMap,
    outputs: { columns: 'all' },
    sampling: { handOverMs: promptlyMs },
    sinks: () => [
      {
        begin: () => {},
        write: (block) => {
          if (block.count === 0 || readings) return;
          readings = columns.map(({ name, title, decimals, source: from }) => {
            const integer = firstValue(block, from);
            return { name, title, decimals, value: integer === null ? null : integer / 10 ** decimals };
          });
          recording.stop();
        },
        finish: async () => {},
      },
    ],
  });
  await recording.ended;
  return readings;
}

function firstValue({ powerMw, channels }: SampleBlock, from: ColumnSource): number | null {
  if (from.kind === 'sum') return powerMw[from.index]![0]!;
  if (from.kind !== 'channel') return null;
  const column = channels[from.index]!;
  if (from.wide) return Number(wideValue(column, 0));
  return from.missing && column[0] === missingValue ? null : column[0]!;
}
