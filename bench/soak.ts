/**
 * `npm run soak [-- --minutes 60] [-- --columns rails]`: a simulated recording at full rate. Prints samples, gaps, and
 * the resident memory after the first minute and at the end; fails on a gap, unless no core of the machine ran meanwhile
 * (`stalls.ts`), or on 10 MB of growth. All columns at full rate take some 10 GB an hour in the folder for temporary
 * files. An hour or more writes `docs/soak.md`.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { short, table } from './claims.js';
import { longestStandstillS, stoodStill, watchStalls } from './stalls.js';
import { fromRoot, machine, powerlog, Workshop } from './workshop.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    columns: { type: 'string', default: 'rails' },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes takes a number above 0, not '${values.minutes}'`);
const allowedGrowthMb = 10;
const everyMs = 1000;
const pageFromMinutes = 60;
/** On the page the memory is told so often. */
const pageEveryMinutes = 10;

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;

const workshop = new Workshop();
process.once('exit', () => workshop.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const stalls = watchStalls(workshop, minutes * 60 + 60);
const csv = workshop.file('soak.csv');
const child = workshop.start(
  [
    ...[process.execPath, powerlog, 'record', '--port', 'sim', '--duration', `${minutes}m`],
    ...['--columns', values.columns, '--out', csv, '--quiet'],
  ],
  ['ignore', 'inherit', 'inherit'],
);
const exited = once(child, 'exit');
const settledAt = performance.now() + Math.min(60e3, minutes * 30e3);
const startedMs = performance.now();
const courseMb: number[] = [];
let settledMb = Number.NaN;
let lastMb = Number.NaN;
let highestMb = 0;
while (child.exitCode === null && child.signalCode === null) {
  try {
    lastMb = residentMb(child.pid!);
  } catch {
    break; // it has just ended
  }
  if (performance.now() - startedMs >= (courseMb.length + 1) * pageEveryMinutes * 60e3) courseMb.push(lastMb);
  if (performance.now() >= settledAt) {
    if (Number.isNaN(settledMb)) settledMb = lastMb;
    highestMb = Math.max(highestMb, lastMb);
  }
  await Promise.race([sleep(everyMs), exited]);
}
const [status] = (await exited) as [number | null];
if (status !== 0) throw new Error(`the recording ended with ${status}`);

const summary = JSON.parse(readFileSync(csv.replace(/csv$/, 'summary.json'), 'utf8')) as {
  samples: number;
  sample_rate_hz: number;
  start_unix_s: number;
  gaps: { start_s: number; end_s: number; cause: string }[];
};
const growthMb = highestMb - settledMb;
/** A gap while no core ran at all is the machine's own: nothing on it could have sampled. */
const gaps = summary.gaps.map((gap) => {
  const [startS, endS] = [summary.start_unix_s + gap.start_s, summary.start_unix_s + gap.end_s];
  return { ...gap, machines: stalls !== undefined && stoodStill({ startS, endS }, stalls) };
});
const ownGaps = gaps.filter(({ machines }) => !machines).length;
const machinesGaps = gaps.length - ownGaps;
const standstill = stalls
  ? `every core stood still at once for at most ${(longestStandstillS(stalls) * 1e3).toFixed(1)} ms`
  : 'nobody watched whether the cores ran (no C compiler)';
const failed = ownGaps > 0 || growthMb > allowedGrowthMb;
const samples = summary.samples.toLocaleString('en-US');
console.log(
  [
    `samples          ${samples} at ${summary.sample_rate_hz.toFixed(0)} Hz`,
    `gaps             ${ownGaps}, and ${machinesGaps} while the machine stood still; ${standstill}`,
    ...gaps.map(
      ({ start_s, end_s, cause, machines }) =>
        `  at ${start_s.toFixed(3)} s, ${((end_s - start_s) * 1e3).toFixed(1)} ms: ${machines ? 'no core ran' : cause}`,
    ),
    `resident memory  ${settledMb.toFixed(1)} MB once settled, at most ${highestMb.toFixed(1)} MB after that, ${lastMb.toFixed(1)} MB at the end`,
    failed ? 'FAILED' : `no gap of its own, and memory flat within ${allowedGrowthMb} MB`,
  ].join('\n'),
);
if (minutes >= pageFromMinutes)
  writeFileSync(
    fromRoot('docs/soak.md'),
    `${[
      '# Soak',
      'Written by `npm run soak`: `powerlog record --port sim` at full rate, the simulator answering after 1 ms.',
      `Machine: ${machine(workshop)}.`,
      table(
        ['figure', 'here', 'target', 'met'],
        [
          ['length', `${short(minutes)} min`, `at least ${pageFromMinutes} min`, 'yes'],
          ['samples', `${samples} at ${summary.sample_rate_hz.toFixed(0)} Hz`, '', ''],
          ['gaps while the machine ran', String(ownGaps), '0', ownGaps === 0 ? 'yes' : '**no**'],
          ['gaps while no core of it ran', String(machinesGaps), '', ''],
          [
            'growth of the resident memory after the first minute',
            `${growthMb.toFixed(1)} MB`,
            `at most ${allowedGrowthMb} MB`,
            growthMb <= allowedGrowthMb ? 'yes' : '**no**',
          ],
        ],
      ),
      `Beside it, on each core, a program did nothing but sleep for a millisecond and look at the clock: ${standstill}.`,
      `Resident memory was ${settledMb.toFixed(1)} MB after the first minute and at most ${highestMb.toFixed(1)} MB after ` +
        `that; every ${pageEveryMinutes} minutes: ${courseMb.map((mb) => mb.toFixed(1)).join(', ')} MB.`,
    ].join('\n\n')}\n`,
  );
process.exit(failed ? 1 : 0);
