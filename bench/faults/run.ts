/**
 * `npm run faults [-- --quick] [-- --samples N --faults N --kills N …]`: does to powerlog what goes wrong in the world,
 * and writes what came of it into `docs/faults.md`. What has been done already is taken from the results file, so a run
 * that was broken off goes on where it was; `--fresh` begins anew.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromRoot } from '../workshop.js';
import { disk } from './disk.js';
import type { Finding } from './findings.js';
import { fuzz } from './fuzz.js';
import { kill } from './kill.js';
import { busyCores, stalledReader } from './load.js';
import { faultsPage, machineHere, type Results } from './page.js';
import { unplug, wire, wireKinds } from './wire.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    /** In all, for each board model; shared evenly among the kinds of faults. */
    samples: { type: 'string' },
    /** Of each kind, for each board model. */
    faults: { type: 'string' },
    unplugs: { type: 'string' },
    kills: { type: 'string' },
    fills: { type: 'string' },
    inputs: { type: 'string' },
    /** Recordings side by side: most of the time they wait for a deadline. */
    lanes: { type: 'string', default: '4' },
    only: { type: 'string', multiple: true },
    results: { type: 'string', default: fromRoot('bench/faults/results.json') },
    /** Where the page goes; `docs/faults.md` for a whole run, and standard output otherwise. */
    page: { type: 'string' },
  },
});

const size = (given: string | undefined, full: number, quick: number): number =>
  given === undefined ? (values.quick ? quick : full) : Number(given);
const samples = size(values.samples, 1_000_000, 50_000);
const faults = size(values.faults, 1000, 20);
const unplugs = size(values.unplugs, 100, 3);
const kills = size(values.kills, 200, 5);
const fills = size(values.fills, 50, 3);
const inputs = size(values.inputs, 10_000_000, 100_000);
const loadS = values.quick ? 5 : 30;

const root = mkdtempSync(join(tmpdir(), 'powerlog-faults-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Seeded, so that the same instants and fill levels come again. */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

type Task = readonly [name: string, size: string, (folder: string) => Promise<Finding | null>];
const sideBySide: Task[] = [];
const models = ['ours', 'foreign'] as const;
const samplesEach = Math.ceil(samples / wireKinds.length);
for (const kind of wireKinds)
  for (const board of models)
    sideBySide.push([
      `${kind} ${board}`,
      `${samplesEach}/${faults}`,
      (folder) => wire(folder, board, kind, samplesEach, faults),
    ]);
for (const board of models)
  sideBySide.push([`unplug ${board}`, `${unplugs}`, (folder) => unplug(folder, board, unplugs)]);
/** KILL in two halves, side by side with the wire faults. */
const halves = [Math.ceil(kills / 2), Math.floor(kills / 2)];
for (const [n, times] of halves.entries())
  sideBySide.push([`kill ${n}`, `${times}`, (folder) => kill(folder, times, makeRandom(n + 1))]);
/** What loads the machine, or depends on its load, runs alone. */
const alone: Task[] = [
  ['full disk', `${fills}`, (folder) => disk(folder, fills, makeRandom(9))],
  ['busy cores', `${loadS}`, (folder) => busyCores(folder, loadS)],
  ['stopped reader', '15', (folder) => stalledReader(folder, 15)],
  ['fuzz', `${inputs}`, () => fuzz(inputs)],
];

const results: Results =
  !values.fresh && existsSync(values.results)
    ? (JSON.parse(readFileSync(values.results, 'utf8')) as Results)
    : { machine: machineHere(), findings: {}, notRun: {} };

const keyOf = ([name, sized]: Task): string => `${name} ${sized}`;

async function carryOut(task: Task): Promise<void> {
  const [name, , act] = task;
  if (values.only && !values.only.some((word) => name.includes(word))) return;
  const key = keyOf(task);
  if (results.findings[key]) return;
  const folder = join(root, name.replaceAll(' ', '-'));
  mkdirSync(folder, { recursive: true });
  try {
    const finding = await act(folder);
    delete results.notRun[name];
    if (finding) results.findings[key] = finding;
    else results.notRun[name] = 'needs root, to mount a small disk';
    process.stderr.write(`${name}: ${finding ? describe(finding) : 'not run'}\n`);
  } catch (error) {
    results.notRun[name] = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${name}: ${results.notRun[name]}\n`);
    process.exitCode = 1;
  }
  writeFileSync(values.results, JSON.stringify(results, null, 1));
}

function describe({
  samples: rows,
  injected,
  detected,
  recovered,
  rowsWrong,
  lostBeyondGaps,
  failures,
  tookS,
}: Finding) {
  const wrong = failures.length > 0 ? ` ${failures.length} FAILURES: ${failures.slice(0, 3).join('; ')}` : '';
  return `${rows} samples, ${injected} injected, ${detected} detected, ${recovered} recovered, ${rowsWrong} wrong, ${lostBeyondGaps} lost, ${tookS.toFixed(0)} s${wrong}`;
}

const queue = [...sideBySide];
await Promise.all(
  Array.from({ length: Number(values.lanes) }, async () => {
    for (let task = queue.shift(); task; task = queue.shift()) await carryOut(task);
  }),
);
for (const task of alone) await carryOut(task);

// Of other sizes there may be more in the file.
const keys = [...sideBySide, ...alone].map(keyOf);
const findings = Object.fromEntries(Object.entries(results.findings).filter(([key]) => keys.includes(key)));
const page = faultsPage({ ...results, findings });
const whole = !values.quick && !values.only;
const path = values.page ?? (whole ? fromRoot('docs/faults.md') : undefined);
if (path === undefined) process.stdout.write(page);
else writeFileSync(path, page);
if (Object.values(findings).some(({ failures }) => failures.length > 0)) process.exitCode = 1;
process.exit();
