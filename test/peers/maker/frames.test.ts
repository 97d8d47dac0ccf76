import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readAll, scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { makersLibrary, needs } from '../../parts.js';
import { type MakerBoard, publishedPairs, startMakerBoard } from './board.js';
import { faultsIn, framesOf, skips, startRecording } from './recorder.js';

const uid = '00112233445566778899AABB';

/** Our name of a fault bit that the maker's library calls so. */
const faultName = (maker: string): string =>
  maker
    .toLowerCase()
    .replace('tchip', 'chip')
    .replace(/ts(?=\d)/, 'temp')
    .replace('ts_', '')
    .replace('wire_ocp', 'ocp')
    .replace('wire', 'w')
    .replace('cpu', 'eps')
    .replace('gpu', 'pcie')
    .replace('atx3v', 'atx_3v3')
    .replace(/atx(?=\d)/, 'atx_')
    .replace('current_', '');

/** Boards whose frames, lengths and calibration the maker's own library packs: an author that is not ours. */
describe("a board as the maker's library packs it", needs(makersLibrary), () => {
  let board: MakerBoard | undefined;
  afterEach(() => board?.stop());

  it.each(publishedPairs)(
    '%s firmware %i is recorded to the exact value, and replayed',
    async (id, firmware) => {
      const folder = scratch();
      board = await startMakerBoard(`${id}:${firmware}:${uid}`, '--name', 'Prüfstand ½ 測定器');
      const recording = startRecording(folder, board.port);
      await recording.hasRows(300); // more than the board has frames
      const recorded = await recording.stop();
      const { played, forbidden } = await board.stop();
      expect(recorded.code, recorded.err).toBe(0);
      const { rows, calibration, faults } = played[0]!;
      const numbers = framesOf(recorded, rows);
      expect(numbers).not.toContain(-1);
      const { events } = await readAll(join(folder, 'run.plog'));
      expect(faultsIn(events).ofTheBoard).toBe(0);
      expect(skips(numbers, rows.length)).toBeLessThanOrEqual(faultsIn(events).all);
      expect(forbidden).toEqual([]);

      const { summary } = recorded;
      const product = id === 'benchlab' ? ['BENCHLAB', 0x10] : ['BENCHLAB 2', 0x11];
      expect([summary.board.product, summary.board.product_id]).toEqual(product);
      expect([summary.board.firmware, summary.board.uid, summary.board.name]).toEqual([
        ...[firmware, uid, 'Prüfstand ½ 測定器'],
      ]);
      expect(summary.board.calibration).toEqual(calibration);
      const raised = summary.warnings.filter(({ code }: { code: string }) => code === 'board-fault');
      expect(raised.map(({ message }: { message: string }) => /\(.*\)$/.exec(message)?.[0])).toEqual(
        Object.entries(faults).map(([name, bit]) => `(${faultName(name)}, bit ${bit})`),
      );
      for (const name of Object.keys(faults)) expect(recorded.err).toContain(`(${faultName(name)})`);

      const replay = words`replay ${join(folder, 'run.plog')} --columns all --out -`;
      expect(powerlog(replay).out).toBe(recorded.csv);
    },
  );
});
