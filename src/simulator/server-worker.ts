import { readSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { benchlab } from '../board/benchlab.js';
import { makeFastClock } from '../clock.js';
import { controlState, controlWord } from './control.js';
import { FaultInjector } from './fault-injector.js';
import type { FaultPlan } from './faults.js';
import { type BoardModelOptions, identityReplies, makeBoardModel } from './model.js';
import { Tally } from './tally.js';

/** What the main thread hands to the worker. */
export interface ServerWorkerData {
  readonly model: BoardModelOptions & { readonly seed: number };
  readonly latencyMs: number;
  readonly faults: FaultPlan;
  readonly control: SharedArrayBuffer;
  readonly tally: SharedArrayBuffer;
}

// Plays the board at the far end of a pseudo-terminal. Everything here blocks: an event loop between a request and
// its reply would cost more than all the rest.

const data = workerData as ServerWorkerData;
const control = new Int32Array(data.control);
const tally = new Tally(data.tally);
const model = makeBoardModel(data.model, tally);
const seed = data.model.seed;
const injector = new FaultInjector(data.faults, seed, [...identityReplies(seed).values()], tally);
const sensorsByte = benchlab.commands.sensors.request[0]!;
const clock = makeFastClock(0n);
const latencyNs = data.latencyMs * 1e6;

const serving = (): boolean => Atomics.load(control, controlWord.state) === controlState.serve;

/** How much longer than asked the system lets us sleep; learned, and slept less. */
let oversleepNs = 60_000;

/** Sleeps until an instant, or until the main thread wants something. */
function sleepUntil(untilNs: number): void {
  const startNs = clock();
  const sleepNs = untilNs - startNs - oversleepNs;
  if (sleepNs <= 0) return;
  Atomics.wait(control, controlWord.state, controlState.serve, sleepNs / 1e6);
  const over = clock() - startNs - sleepNs;
  oversleepNs += (Math.min(Math.max(over, 0), 200_000) - oversleepNs) / 16;
}

function serve(masterFd: number): void {
  const requests = new Uint8Array(4096);
  while (serving()) {
    const count = readSync(masterFd, requests, 0, requests.length, null);
    for (let i = 0; i < count && serving(); i++) answer(masterFd, requests[i]!);
  }
}

function answer(masterFd: number, request: number): void {
  const arrivedNs = clock();
  // The reading is taken half-way between request and reply, where the client places the sample.
  const reply = model.reply(request, arrivedNs + latencyNs / 2);
  if (!reply) return;
  if (request !== sensorsByte) {
    send(masterFd, reply, arrivedNs + latencyNs);
    return;
  }
  const { bytes, delayMs } = injector.deliver(reply, arrivedNs);
  send(masterFd, bytes, arrivedNs + latencyNs + delayMs * 1e6);
}

function send(masterFd: number, bytes: Uint8Array, atNs: number): void {
  if (atNs > clock()) sleepUntil(atNs);
  let at = 0;
  while (at < bytes.length && serving()) at += writeSync(masterFd, bytes, at, bytes.length - at);
}

parentPort?.postMessage('ready');
for (;;) {
  serve(Atomics.load(control, controlWord.masterFd));
  Atomics.add(control, controlWord.parked, 1);
  Atomics.notify(control, controlWord.parked);
  Atomics.wait(control, controlWord.state, controlState.park);
  if (Atomics.load(control, controlWord.state) === controlState.quit) break;
}
