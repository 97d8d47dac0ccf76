import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boards } from '#powerlog/board/catalogue.js';
import { fieldTypes } from '#powerlog/board/field-type.js';
import { makeFrameDecoder } from '#powerlog/board/frame.js';
import { ownMap, resolveWiring, sumComponents } from '#powerlog/measure/rail-map.js';
import { planRepair } from '#powerlog/session/repair/repair.js';
import { chooseColumns } from '#powerlog/sink/column-choice.js';
import { channelsOf, columnSets } from '#powerlog/sink/columns.js';
import { headerRow, maxRowBytes, RowWriter } from '#powerlog/sink/row-writer.js';
import type { SampleRows } from '#powerlog/stream/sample-block.js';
import { scratch } from '../capture/samples.js';

const rows = 3;
const lists = ['time_s,gpu_*', 'eps?_*,*_temp_c', 'unix_time_s,fan?_rpm', 'temp1_c', 'system*,*_power_w'];

/** The CSV of frames that hold anything at all. */
function csvOf(
  board: (typeof boards)[number],
  choice: string,
  slot: string | null,
  bytes: Uint8Array,
  startUnixUs: number | null,
): string {
  const wiring = resolveWiring(board, {
    ...ownMap(board),
    slot:
      slot === null || !board.rails.some(({ name }) => name === slot)
        ? null
        : { rail: slot, feed: 'motherboard' },
  });
  const columns = chooseColumns(board, wiring, choice);
  const wanted = channelsOf(columns);
  for (const { power } of board.rails) wanted.add(power);
  const channels = board.fields.map(({ type }, index) =>
    wanted.has(index) ? new Int32Array(rows * fieldTypes[type].words) : undefined,
  );
  const frames = Uint8Array.from({ length: rows * board.frameBytes }, (_, n) => bytes[n % bytes.length]!);
  makeFrameDecoder(board)(frames, rows, channels);
  const powerMw = wiring.sums.map(() => new Float64Array(rows));
  sumComponents(wiring, board, channels, rows, powerMw);
  const timeUs = Float64Array.of(0, 999, 12_345_678_901);
  const block: SampleRows = { count: rows, timeUs, channels, powerMw };
  const writer = new RowWriter(columns, startUnixUs, {
    count: 1,
    bytes: maxRowBytes(columns.length) * (rows + 1),
  });
  const text = writer.pieces[0]!;
  writer.write(block, 0, text);
  return headerRow(columns) + Buffer.from(text.bytes.subarray(0, text.length)).toString('latin1');
}

describe('repair takes for whole', () => {
  it('whatever powerlog writes, of any board, choice of columns and slot, whatever the board says', async () => {
    const path = join(scratch(), 'run.csv');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...boards),
        fc.constantFrom(...columnSets, ...lists),
        fc.constantFrom(null, 'pcie1', 'pcie3'),
        fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 900 }),
          fc.constantFrom(Uint8Array.of(0), Uint8Array.of(255), Uint8Array.of(255, 127)),
        ),
        fc.constantFrom(null, 0, 1_700_000_000_123_456),
        async (board, set, slot, bytes, startUnixUs) => {
          // Not every board has columns like those of the lists.
          fc.pre(board.id.startsWith('benchlab') || !lists.includes(set));
          writeFileSync(path, csvOf(board, set, slot, bytes, startUnixUs));
          expect(await planRepair(path, { map: undefined })).toMatchObject({ torn: false, samples: rows });
        },
      ),
      { numRuns: 100 },
    );
  });
});
