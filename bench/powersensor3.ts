/**
 * `npm run powersensor3 [-- --seconds 20]`: what recording a PowerSensor3 costs a sample beside a BENCHLAB that is asked, in the
 * same run; whether any set is lost; and how far instants are off beside a stall of the host, a clock that is 2 % off and sets that
 * were overwritten. The device is the model in C on a pseudo-terminal, at 20 kHz. Ten minutes or more write
 * `docs/powersensor3-trial.md`.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openCapture } from '#powerlog/capture/open.js';
import { short, table } from './claims.js';
import { liveReaders, ours } from './readers.js';
import { boardPriority } from './saturated.js';
import { quantile } from './stats.js';
import { fromRoot, machine, powerlog, Workshop } from './workshop.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const seconds = Number(values.seconds);
if (!(seconds >= 5)) throw new Error(`--seconds takes a number from 5 on, not '${values.seconds}'`);
const pageFromS = 600;
const stallMs = 500;
const faultyS = 20;

const workshop = new Workshop();
process.once('exit', () => workshop.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const model = workshop.compiled('powersensor3', fromRoot('test/peers/powersensor3.c'));
if (!model) throw new Error('the device is a model in C, and here is no C compiler');

interface Told {
  readonly t0_ns: string;
  readonly period_ns: number;
  readonly overwritten: number;
}

interface Device {
  readonly port: string;
  stop(): Promise<Told>;
}

async function start(...args: readonly string[]): Promise<Device> {
  const child: ChildProcess = workshop.start(
    [...boardPriority(), model!, ...args],
    ['ignore', 'pipe', 'inherit'],
  );
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const port = (await lines.next()).value as string;
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM');
      return JSON.parse((await lines.next()).value as string);
    },
  };
}

interface Summary {
  readonly samples: number;
  readonly sample_rate_hz: number;
  readonly clock: { readonly rate_error_ppm: number };
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

const summaryAt = (path: string): Summary =>
  JSON.parse(readFileSync(path.replace(/\.\w+$/, '.summary.json'), 'utf8'));

const recordArgs = (port: string, s: number): string[] => [
  ...[process.execPath, powerlog, 'record', '--port', port, '--duration', `${s}s`],
  ...['--quiet', '--force', '--columns', 'rails'],
];

/** µs of CPU a sample, all threads, once it runs. */
async function talkCost(): Promise<{ us: number; summary: Summary; told: Told }> {
  const device = await start();
  const csv = workshop.file('talk.csv');
  const { steady } = await workshop.measure([...recordArgs(device.port, seconds), '--out', csv]);
  const told = await device.stop();
  const summary = summaryAt(csv);
  const cpuS = steady!.threads.reduce((sum, thread) => sum + thread.cpuS, 0);
  return { us: (cpuS / steady!.windowS / summary.sample_rate_hz) * 1e6, summary, told };
}

/** µs that instants are off beside everything that may bend them, and what was told of it. */
async function faulty() {
  const device = await start('--ppm', '20000', '--overwrite', '12:200');
  const capture = workshop.file('faulty.plog');
  const child = workshop.start([...recordArgs(device.port, faultyS), '--capture', capture], 'inherit');
  const exited = once(child, 'exit');
  while ((statSync(capture, { throwIfNoEntry: false })?.size ?? 0) < 2_000_000) await sleep(50);
  child.kill('SIGSTOP');
  await sleep(stallMs);
  child.kill('SIGCONT');
  await exited;
  const told = await device.stop();
  const reader = await openCapture(capture);
  const originNs = Number(BigInt(told.t0_ns) - BigInt(reader.header.start.monotonic_ns!));
  const errorsUs: number[] = [];
  let toldMissing = 0;
  let [first, last] = [-1, -1];
  for await (const { count, frames, requestNs, replyNs, events } of reader.blocks()) {
    for (let row = 0; row < count; row++) {
      const level = (sensor: number) => {
        const at = row * 18 + 2 + 2 * sensor;
        return ((frames[at]! & 0x0f) << 6) | (frames[at + 1]! & 0x3f);
      };
      last = level(4) | (level(5) << 10) | (level(6) << 20);
      if (first < 0) first = last;
      const trueNs = originNs + (last - 0.5) * told.period_ns;
      errorsUs.push(Math.abs((requestNs[row]! + replyNs[row]!) / 2 - trueNs) / 1000);
    }
    for (const event of events)
      if (event.type === 'fault' && event.kind === 'overwritten') toldMissing += event.samples;
  }
  await reader.close();
  return {
    p99Us: quantile(errorsUs, 0.99),
    worstUs: errorsUs.reduce((most, each) => Math.max(most, each), 0),
    missing: last - first + 1 - errorsUs.length,
    toldMissing,
    ppm: summaryAt(capture).clock.rate_error_ppm,
  };
}

const polled = await liveReaders(workshop)
  .find(({ name }) => name === ours)!
  .run(await workshop.board(1), Math.min(seconds, 60));
const polledUs = polled.steady!.samplingUs + polled.steady!.restUs;
const talk = await talkCost();
const time = await faulty();
const ratio = talk.us / polledUs;
const lost = talk.summary.warnings.find(({ code }) => code === 'overwritten')?.message ?? 'none';
const yes = (met: boolean): string => (met ? 'yes' : '**no**');
const rows = [
  [
    'samples',
    `${talk.summary.samples.toLocaleString('en-US')} at ${talk.summary.sample_rate_hz.toFixed(0)} Hz`,
    '',
    '',
  ],
  ['sets lost', lost, 'none', yes(lost === 'none')],
  ['CPU a sample', `${short(talk.us)} µs`, '', ''],
  ['CPU a sample of a BENCHLAB that is asked', `${short(polledUs)} µs`, '', ''],
  ['the one over the other', short(ratio), 'at most 0.25', yes(ratio <= 0.25)],
  [
    `instants, beside a stall of ${stallMs} ms, a clock 2 % fast and 200 sets overwritten`,
    `within ${short(time.worstUs)} µs, 99 % within ${short(time.p99Us)} µs`,
    'within 50 µs',
    yes(time.worstUs <= 50),
  ],
  [
    'sets missing there, and told',
    `${time.missing}, ${time.toldMissing}`,
    'the same',
    yes(time.missing === time.toldMissing),
  ],
  [
    'what was told of its clock',
    `${short(time.ppm)} ppm`,
    '20000 ppm',
    yes(Math.abs(time.ppm - 20_000) < 50),
  ],
];
const page = table(['figure', 'here', 'target', 'met'], rows);
console.log(page);
if (seconds >= pageFromS)
  writeFileSync(
    fromRoot('docs/powersensor3-trial.md'),
    `${[
      '# PowerSensor3, the trial',
      `Written by \`npm run powersensor3 -- --seconds ${seconds}\`: \`powerlog record\` of a PowerSensor3's model in C, at 20 kHz on a pseudo-terminal.`,
      `Machine: ${machine(workshop)}.`,
      page,
    ].join('\n\n')}\n`,
  );
process.exit(rows.some(([, , , met]) => met === '**no**') ? 1 : 0);
