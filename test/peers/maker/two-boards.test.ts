import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readAll, type Sample, scratch } from '../../capture/samples.js';
import { makersLibrary, needs } from '../../parts.js';
import { type Happening, type MakerBoard, startMakerBoard } from './board.js';
import { csvRows, faultsIn, startRecording } from './recorder.js';

const boards: MakerBoard[] = [];
afterEach(async () => {
  await Promise.all(boards.splice(0).map((board) => board.stop()));
});

async function startBoard(...args: readonly string[]): Promise<MakerBoard> {
  const board = await startMakerBoard(...args);
  boards.push(board);
  return board;
}

/** What a board did with a recorded sample: the one request for readings that it got between its request and its reply. */
function servedIn(
  { requestNs, replyNs }: Sample,
  originNs: bigint,
  served: readonly Happening[],
): Happening[] {
  const [from, to] = [Number(originNs) + requestNs, Number(originNs) + replyNs];
  return served.filter(({ ns }) => ns >= from && ns <= to);
}

/** The trapezoid over a CSV's own rows, J. */
function trapezoidJ(rows: readonly (readonly string[])[], column: number): number {
  let energyJ = 0;
  for (let n = 1; n < rows.length; n++) {
    const [before, after] = [rows[n - 1]!, rows[n]!];
    const seconds = Number(after[0]) - Number(before[0]);
    energyJ += ((Number(before[column]) + Number(after[column])) / 2) * seconds;
  }
  return energyJ;
}

const awayS = 2;

describe(
  'two boards in one recording, one of which is unplugged for two seconds, twice',
  needs(makersLibrary),
  () => {
    it('lose no row that was sent, tell of one clock, and add up', async () => {
      const folder = scratch();
      const [leaving, staying] = [join(folder, 'leaving'), join(folder, 'staying')];
      const unplug = ['--swap', 'replug', '--swaps', '1', '--stay', '150', '--away', String(awayS * 1000)];
      const first = await startBoard(
        ...[
          'benchlab:6:AAAAAAAAAAAAAAAAAAAAAAAA',
          '--name',
          'desk 4',
          '--link',
          leaving,
          '--latency',
          '3',
          ...unplug,
        ],
      );
      const second = await startBoard(
        ...['benchlab:5:BBBBBBBBBBBBBBBBBBBBBBBB', '--name', 'Süd/2', '--link', staying],
        ...['--latency', '3', '--seed', '2'],
      );
      const recording = startRecording(folder, leaving, '--port', staying);
      const unplugged = first.nextPort().then(() => first.nextPort());
      await Promise.race([recording.ended(), unplugged]);
      const rowsBefore = readFileSync(join(folder, 'run.csv'), 'utf8').split('\n').length;
      await recording.hasRows(rowsBefore + 100);
      const { code, err, summary } = await recording.stop();
      expect(code, err).toBe(0);
      expect(summary.tracks.map(({ id }: { id: string }) => id)).toEqual(['desk-4', 'Süd-2']);

      const tracks = [
        { board: first, csv: 'run.csv', plog: 'run.plog' },
        { board: second, csv: 'run.Süd-2.csv', plog: 'run.Süd-2.plog' },
      ];
      const origins: bigint[] = [];
      const energiesJ: number[] = [];
      for (const [n, { board, csv, plog }] of tracks.entries()) {
        const { played, happened, forbidden } = await board.stop();
        expect(forbidden).toEqual([]);
        const [{ rows: cells, frames }] = played as [(typeof played)[0]];
        const { samples, events, reader } = await readAll(join(folder, plog));
        const served = happened.filter(({ frame }) => frame !== undefined);
        const originNs = BigInt(reader.header.start.monotonic_ns!);
        origins.push(originNs);

        // Between a sample's request and its reply the board served one frame, and it is the one that was recorded.
        const [header, ...rows] = csvRows(readFileSync(join(folder, csv), 'utf8'));
        expect(rows).toHaveLength(samples.length);
        expect(header).toEqual(['time_s', 'unix_time_s', ...Object.keys(cells[0]!)]);
        const numbers = samples.map((sample) => {
          const at = servedIn(sample, originNs, served);
          expect(at).toHaveLength(1);
          return at[0]!.frame!;
        });
        expect(samples.map(({ frame }) => Buffer.from(frame).toString('hex'))).toEqual(
          numbers.map((each) => frames[each]),
        );
        expect(rows.map((row) => row.slice(2))).toEqual(numbers.map((each) => Object.values(cells[each]!)));
        // What was served and is not there, the recording tells of; what ends a port or a recording may be under way.
        const cutShort = events.filter(
          (event) => event.type === 'end' || (event.type === 'fault' && event.kind === 'board-lost'),
        );
        expect(served.length - samples.length).toBeLessThanOrEqual(faultsIn(events).all + cutShort.length);

        const track = summary.tracks[n];
        const energyJ = trapezoidJ(rows, header!.indexOf('system_power_w'));
        expect(track.energy_j.system).toBeCloseTo(energyJ, 6);
        expect(track).toMatchObject({ file: csv, capture: plog, samples: rows.length });
        energiesJ.push(energyJ);
      }
      expect(origins[0]).toBe(origins[1]);
      expect(summary.energy_j.system).toBeCloseTo(energiesJ[0]! + energiesJ[1]!, 6);
      expect(summary.samples).toBe(summary.tracks[0].samples + summary.tracks[1].samples);

      type Gap = { readonly cause: string; readonly start_s: number; readonly end_s: number };
      const lost = (gaps: readonly Gap[]) => gaps.filter(({ cause }) => cause === 'board-lost');
      const away = lost(summary.tracks[0].gaps).filter((gap) => gap.end_s - gap.start_s > awayS);
      expect(away.length).toBeGreaterThanOrEqual(2);
      // On a machine that is busy enough the other's model is not scheduled for seconds, and given up too: but not at that instant.
      const starved = lost(summary.tracks[1].gaps);
      for (const gap of starved)
        expect(away.filter(({ start_s }) => Math.abs(gap.start_s - start_s) < 0.02)).toEqual([]);
      expect(lost(summary.gaps)).toEqual(
        [
          ...lost(summary.tracks[0].gaps).map((gap) => ({ track: 'desk-4', ...gap })),
          ...starved.map((gap) => ({ track: 'Süd-2', ...gap })),
        ].sort((a, b) => a.start_s - b.start_s),
      );
      const openS = (of: { readonly coverage: number; readonly duration_s: number }) =>
        (1 - of.coverage) * of.duration_s;
      for (const track of summary.tracks) expect(openS(summary)).toBeGreaterThanOrEqual(openS(track) - 1e-6);
      expect(openS(summary)).toBeLessThanOrEqual(openS(summary.tracks[0]) + openS(summary.tracks[1]) + 1e-6);
      // While the first was away, the second was asked and recorded as before.
      const times = csvRows(readFileSync(join(folder, 'run.Süd-2.csv'), 'utf8'))
        .slice(1)
        .map(([time]) => Number(time));
      for (const { start_s, end_s } of starved.length === 0 ? away : []) {
        const meanwhile = times.filter((time) => time > start_s && time < end_s);
        expect(meanwhile.length).toBeGreaterThan(10);
      }
      expect(err).toMatch(/BENCHLAB 'desk 4' on .*leaving went away; waiting for it/);
      if (starved.length === 0) expect(err).not.toContain('Süd');
    });
  },
);
