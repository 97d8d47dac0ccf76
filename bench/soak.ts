/**
 * `npm run soak [-- --minutes 60] [-- --columns rails]`: a simulated recording at full rate. Prints samples, gaps, and
 * the resident memory after the first minute and at the end; fails on a gap or on 10 MB of growth. All columns at
 * full rate take some 10 GB an hour in the folder for temporary files.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { powerlog, Workshop } from './workshop.js';

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

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;

const workshop = new Workshop();
process.once('exit', () => workshop.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

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
let settledMb = Number.NaN;
let lastMb = Number.NaN;
let highestMb = 0;
while (child.exitCode === null && child.signalCode === null) {
  try {
    lastMb = residentMb(child.pid!);
  } catch {
    break; // it has just ended
  }
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
  gaps: unknown[];
};
const growthMb = highestMb - settledMb;
const failed = summary.gaps.length > 0 || growthMb > allowedGrowthMb;
console.log(
  [
    `samples          ${summary.samples.toLocaleString('en-US')} at ${summary.sample_rate_hz.toFixed(0)} Hz`,
    `gaps             ${summary.gaps.length}`,
    `resident memory  ${settledMb.toFixed(1)} MB once settled, at most ${highestMb.toFixed(1)} MB after that, ${lastMb.toFixed(1)} MB at the end`,
    failed ? 'FAILED' : `no gap, and memory flat within ${allowedGrowthMb} MB`,
  ].join('\n'),
);
process.exit(failed ? 1 : 0);
