import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readAll, scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { makersLibrary, needs } from '../../parts.js';
import { type MakerBoard, type MakerRecord, startMakerBoard } from './board.js';
import { faultsIn, framesOf, skips, startRecording } from './recorder.js';

const boards = ['benchlab:6', 'benchlab2:7'];
const [welcome, sensors, name, calibration, uid, vendor] = [0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e];

const unaskedIn = ({ happened }: MakerRecord) => happened.filter(({ unasked }) => unasked).length;

/** The board says its welcome when RTS rises, and nothing says when that is: no row may be wrong, and no board refused. */
describe.each(boards)('a welcome that nobody asked %s for', needs(makersLibrary), (identity) => {
  let board: MakerBoard | undefined;
  afterEach(() => board?.stop());

  /** Records past the last welcome; at most one fault for each of them, and every row is what the board measured. */
  async function recordsThrough(unasked: number, options: readonly string[], enough = 300): Promise<void> {
    const folder = scratch();
    board = await startMakerBoard(identity, ...options);
    const recording = startRecording(folder, board.port);
    await recording.hasRows(enough);
    const recorded = await recording.stop();
    const record = await board.stop();
    expect(recorded.code, recorded.err).toBe(0);
    const { rows } = record.played[0]!;
    const numbers = framesOf(recorded, rows);
    const { events } = await readAll(join(folder, 'run.plog'));
    const faults = faultsIn(events);
    // A board that is not scheduled for long is taken for gone, opened again, and says it again.
    const said = unaskedIn(record);
    const openings = record.happened.filter(({ opened }) => opened).length;
    if (openings === 1) expect(said).toBe(unasked);
    else expect(said).toBeGreaterThanOrEqual(unasked);
    expect(numbers).not.toContain(-1);
    expect(faults.ofTheBoard).toBeLessThanOrEqual(said + openings - 1);
    expect(skips(numbers, rows.length)).toBeLessThanOrEqual(faults.all);
    expect(record.forbidden).toEqual([]);
  }

  it.each([0, 1, 10, 30, 300])('%i ms after the port was opened', (ms) =>
    recordsThrough(1, ['--unasked', String(ms)], 500),
  );

  it.each(['0,0', '0,10', '1,30', '30,300'])('twice, %s ms after', (times) =>
    recordsThrough(2, ['--unasked', times], 500),
  );

  it.each([0, 1, 7, 100])('in the middle of reading %i', (n) =>
    recordsThrough(1, ['--unasked', 'never', '--within', `${sensors}:${n}`]),
  );

  it('in the middle of two readings, one behind the other', () =>
    recordsThrough(2, ['--unasked', 'never', '--within', `${sensors}:50`, '--within', `${sensors}:51`]));

  it.each([
    ['WELCOME', welcome],
    ['vendor data', vendor],
    ['UID', uid],
    ['name', name],
    ['calibration', calibration],
  ])('in the middle of the %s', (_, command) =>
    recordsThrough(1, ['--unasked', 'never', '--within', `${command}:0`]),
  );

  it('never: as on some Windows machines', () => recordsThrough(0, ['--unasked', 'never'], 50));

  it('does not keep `info` from naming the board where all that it says comes in pieces', async () => {
    board = await startMakerBoard(identity, '--unasked', '3', '--pieces', '7', '--name', 'desk 5');
    const { code, out, err } = powerlog(words`info --port ${board.port} --json`);
    expect(code, err).toBe(0);
    expect(JSON.parse(out).board.name).toBe('desk 5');
  });

  it.each(['0', '30', '300'])('does not keep `info` from naming the board, %s ms after', async (ms) => {
    board = await startMakerBoard(identity, '--unasked', ms, '--name', 'desk 4');
    const { code, out } = powerlog(words`info --port ${board.port} --json`);
    const [, firmware] = identity.split(':');
    expect(code).toBe(0);
    expect(JSON.parse(out).board).toMatchObject({ name: 'desk 4', firmware: Number(firmware) });
  });
});
