import { missingValue } from '../board/frame.js';
import { defaultRailMap, resolveWiring } from '../measure/rail-map.js';
import { csvColumns } from '../sink/columns.js';
import type { Source } from '../source/source.js';
import { runSession } from './session.js';

export interface Reading {
  /** As the CSV names it; ends in its unit. */
  readonly name: string;
  readonly title: string;
  readonly decimals: number;
  /** In the name's unit; null where no probe is connected. */
  readonly value: number | null;
}

/** One sample of everything the board measures, sums first; undefined where none comes. */
export async function firstReadings(source: Source): Promise<Reading[] | undefined> {
  const { board } = source;
  const wiring = resolveWiring(board, defaultRailMap);
  const columns = csvColumns(board, wiring, 'all').filter(
    ({ source: { kind } }) => kind === 'sum' || kind === 'channel',
  );
  const recording = source.start({});
  let readings: Reading[] | undefined;
  await runSession({
    board,
    recording,
    wiring,
    columnsToDecode: new Set(board.extraFields),
    sinks: [
      {
        begin: () => {},
        write: (block) => {
          if (block.count === 0 || readings) return;
          readings = columns.map(({ name, title, decimals, source: from }) => {
            const column = from.kind === 'sum' ? block.powerMw[from.index] : undefined;
            const integer =
              column?.[0] ?? (from.kind === 'channel' ? block.channels[from.index]?.[0] : 0) ?? 0;
            const absent = from.kind === 'channel' && from.missing && integer === missingValue;
            return { name, title, decimals, value: absent ? null : integer / 10 ** decimals };
          });
          recording.stop();
        },
        finish: async () => {},
      },
    ],
  });
  return readings;
}
