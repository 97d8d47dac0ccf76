import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readAll, scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { makersLibrary, needs } from '../../parts.js';
import { type MakerBoard, publishedPairs, startMakerBoard } from './board.js';
import { faultsIn, framesOf, skips, startRecording } from './recorder.js';

/** What else a board may do or be, with frames that the maker's own library packs. */
describe("a board as the maker's library packs it", needs(makersLibrary), () => {
  let board: MakerBoard | undefined;
  afterEach(() => board?.stop());

  it.each(publishedPairs)(
    '%s firmware %i is recorded on after it was unplugged, twice',
    async (id, firmware) => {
      const folder = scratch();
      const link = join(folder, 'port');
      const swaps = ['--swap', 'replug', '--swaps', '1', '--stay', '40', '--away', '20'];
      board = await startMakerBoard(`${id}:${firmware}`, '--link', link, ...swaps);
      const recording = startRecording(folder, link);
      await Promise.race([recording.ended(), board.nextPort().then(() => board?.nextPort())]);
      await recording.hasRows(100);
      const recorded = await recording.stop();
      const { played, forbidden } = await board.stop();
      expect(recorded.code, recorded.err).toBe(0);
      const { rows } = played[0]!;
      const numbers = framesOf(recorded, rows);
      expect(numbers).not.toContain(-1);
      const { events } = await readAll(join(folder, 'run.plog'));
      expect(skips(numbers, rows.length)).toBeLessThanOrEqual(faultsIn(events).all);
      const causes = recorded.summary.gaps.map(({ cause }: { cause: string }) => cause);
      // One that is not scheduled for long is taken for gone, too.
      expect(causes.filter((cause: string) => cause === 'board-lost').length).toBeGreaterThanOrEqual(2);
      expect(forbidden).toEqual([]);
    },
  );

  it.each([
    ['a name of 32 bytes', 'Messplatz Süd, drittes Regal 007', 'Messplatz Süd, drittes Regal 00'],
    ['a name whose last character was cut', '測'.repeat(11), '測'.repeat(10)],
    ['a name with control characters', 'a\u001b[31mb\rc', 'a\ufffd[31mb\ufffdc'],
    ['no name', '', ''],
  ])('%s is said whole, and moves no cursor', async (_, typed, shown) => {
    board = await startMakerBoard('benchlab2:7', '--name', typed);
    const asJson = powerlog(words`info --port ${board.port} --json`);
    const asText = powerlog(words`info --port ${board.port}`);
    expect(JSON.parse(asJson.out).board.name).toBe(shown);
    for (const text of [asJson.out, asText.out, asText.err]) expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('that does not answer READ_CALIBRATION costs a warning, not the recording', async () => {
    const folder = scratch();
    board = await startMakerBoard('benchlab:6', '--silent', '0x09');
    const recording = startRecording(folder, board.port);
    await recording.hasRows(100);
    const { code, summary } = await recording.stop();
    expect(code).toBe(0);
    expect(summary.board.calibration).toBeNull();
    expect(summary.warnings.map((each: { code: string }) => each.code)).toContain('no-calibration');
  });

  it.each([
    ['benchlab:6', 'ee1009'],
    ['benchlab2:7', 'ee11ff'],
  ])('%s with a newer firmware is read as the newest, with one warning that names it', async (as, vendor) => {
    const folder = scratch();
    board = await startMakerBoard(as, '--vendor', vendor);
    const recording = startRecording(folder, board.port);
    await recording.hasRows(300);
    const recorded = await recording.stop();
    const { played } = await board.stop();
    expect(recorded.code, recorded.err).toBe(0);
    expect(framesOf(recorded, played[0]!.rows)).not.toContain(-1);
    const told = recorded.summary.warnings.filter(({ message }: { message: string }) =>
      message.includes('firmware'),
    );
    expect(told).toHaveLength(1);
    expect(told[0].message).toContain(`firmware ${Number.parseInt(vendor.slice(4), 16)}`);
  });

  it.each([
    [
      'a newer firmware whose frames have another length',
      'benchlab:6',
      'ee1109',
      /firmware 9.*216 bytes, expected 384/,
    ],
    [
      'a newer firmware whose frames are longer',
      'benchlab2:7',
      'ee1009',
      /firmware 9.*384 bytes, expected 216/,
    ],
    ['an unknown product', 'benchlab2:7', 'ee1207', /product 0x12/],
    ['an unknown vendor', 'benchlab2:7', 'ef1107', /vendor 0xef/],
  ])('is refused where it is %s', async (_, as, vendor, reason) => {
    board = await startMakerBoard(as, '--vendor', vendor);
    const { code, err } = powerlog(words`record --port ${board.port} --out ${join(scratch(), 'run.csv')}`);
    const { forbidden } = await board.stop();
    expect(err).toMatch(reason);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(3);
    expect(forbidden).toEqual([]);
  });
});
