import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { powerlog } from '../workshop.js';
import { ownBoard } from './boards.js';
import type { Finding } from './findings.js';
import { readRows, readSaid, startRecording } from './recording.js';
import { judge } from './verdict.js';

const diskBytes = 8 << 20;

/** `record` fills a small disk that is full up to a random level. Null where no disk can be mounted: root only. */
export async function disk(folder: string, times: number, random: () => number): Promise<Finding | null> {
  const startMs = performance.now();
  const mountPoint = join(folder, 'disk');
  mkdirSync(mountPoint, { recursive: true });
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', mountPoint]).status !== 0)
    return null;
  const failures: string[] = [];
  let [samples, told, whole, wrong, lost] = [0, 0, 0, 0, 0];
  try {
    for (let n = 0; n < times; n++) {
      const boards = join(folder, `board-${n}`);
      mkdirSync(boards);
      const board = await ownBoard(boards, { seed: n });
      const { bsize, bavail } = statfsSync(mountPoint);
      const free = 4096 + Math.floor(random() * (2 << 20));
      writeFileSync(join(mountPoint, 'ballast'), Buffer.alloc(Math.max(0, bsize * bavail - free)));
      const { child, csv, capture, complaint } = startRecording(mountPoint, board.port, '--duration', '60s');
      const [code] = (await once(child, 'exit')) as [number | null];
      const sent = await board.stop();
      rmSync(boards, { recursive: true });
      const text = complaint();
      const clear = code === 5 && /no space left/.test(text) && !/at .*\.js:\d/.test(text);
      if (clear) told++;
      else failures.push(`fill ${n} (${free} bytes free): ended with ${code}: ${text}`);
      const made = readFileSync(csv, { flag: 'a+' });
      const header = readFileSync(capture, { flag: 'a+' }).length > 0;
      if (made.length > 0 && header) {
        const rows = await readRows(csv, sent);
        const verdict = judge(sent, rows, {
          ...(await readSaid({ csv, capture, code })),
          summary: undefined,
        });
        samples += rows.count;
        wrong += verdict.rowsWrong;
        lost += verdict.lostBeyondGaps;
      }
      rmSync(join(mountPoint, 'ballast'));
      const codes = [csv, capture].map((path) => repair(path));
      // A disk too full for a first row leaves an empty file: nothing to repair.
      if ((made.length === 0 || made.at(-1) === 0x0a) && codes.every((each) => each === 0 || !header))
        whole++;
      else failures.push(`fill ${n} (${free} bytes free): repair ended with ${codes.join(' and ')}`);
      for (const name of ['run.csv', 'run.plog', 'run.summary.json'])
        rmSync(join(mountPoint, name), { force: true });
    }
  } finally {
    spawnSync('umount', [mountPoint]);
  }
  rmSync(folder, { recursive: true, force: true });
  return {
    group: 'disk',
    kind: 'full disk',
    samples,
    injected: times,
    detected: told,
    recovered: whole,
    rowsWrong: wrong,
    lostBeyondGaps: lost,
    recoveryMs: null,
    forbidden: 0,
    note: 'detected: code 5 and one clear line; recovered: CSV and capture end on a whole row and block',
    failures,
    tookS: (performance.now() - startMs) / 1000,
  };
}

const repair = (path: string): number | null =>
  spawnSync(process.execPath, [powerlog, 'repair', path], {
    stdio: 'ignore',
  }).status;
