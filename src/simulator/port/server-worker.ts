import { readSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { isStreaming } from '../../board/streaming.js';
import { makeFastClock } from '../../clock.js';
import { systemErrorCode } from '../../errors.js';
import { FaultInjector } from '../fault-injector.js';
import { noFaults } from '../faults.js';
import { defaultSeed, makeBoardModel } from '../model.js';
import { OwnTalkModel } from '../talking/own-talk-model.js';
import { TalkModel } from '../talking/talk-model.js';
import { controlState, controlWord } from './control.js';
import { loadInputPoll } from './pseudo-terminal.js';
import type { ServerWorkerData } from './server.js';
import { Tally } from './tally.js';

// Plays the board at the far end of a pseudo-terminal. Everything here blocks: an event loop between a request and
// its reply would cost more than all the rest.

const data = workerData as ServerWorkerData;
const control = new Int32Array(data.control);
const tally = new Tally(data.tally);
const { latencyMs = 0, greetingMs = 0, faults = noFaults, seed = defaultSeed } = data;
const model = makeBoardModel(data, tally);
const { board } = model;
const talker = makeTalker();
const injector = new FaultInjector(board, faults, seed, [...model.fixedReplies.values()], tally);
const sensorsByte = board.commands.sensors.request[0]!;
const clock = makeFastClock(0n);
const latencyNs = latencyMs * 1e6;
const greeting = Number.isFinite(greetingMs) ? model.greeting : undefined;
const hasInput = loadInputPoll();
const requests = new Uint8Array(4096);

/** How often a port that nobody has open is looked at, ms. */
const closedLookMs = 2;

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

/** One client after another, as long as the board is plugged in. */
function serve(masterFd: number): void {
  while (serving()) {
    if (!awaitClient(masterFd)) return;
    if (talker) {
      while (serving() && talk(talker, masterFd));
      continue;
    }
    if (greeting) serveUntilGreeted(masterFd, greeting, clock() + greetingMs * 1e6);
    while (serving() && answerInput(masterFd));
  }
}

/** Waits until somebody has the port open; false where the main thread wants something first. */
function awaitClient(masterFd: number): boolean {
  while (serving()) {
    if (hasInput(masterFd, 0) !== 'closed') return true;
    Atomics.wait(control, controlWord.state, controlState.serve, closedLookMs);
  }
  return false;
}

/** Answers what comes before the greeting is due, then says it. */
function serveUntilGreeted(masterFd: number, text: Uint8Array, atNs: number): void {
  for (;;) {
    const leftMs = (atNs - clock()) / 1e6;
    if (!serving()) return;
    if (leftMs <= 0) break;
    // A stop request is seen within a tenth of a second.
    const input = hasInput(masterFd, Math.min(Math.ceil(leftMs), 100));
    if (input === 'closed' || (input === 'some' && !answerInput(masterFd))) return;
  }
  send(masterFd, text, 0);
}

/** Waits for requests and answers them; false where the client has gone. */
function answerInput(masterFd: number): boolean {
  const count = readInput(masterFd);
  if (count < 0) return false;
  for (let i = 0; i < count && serving(); i++) answer(masterFd, requests[i]!);
  return true;
}

/** How many requests came; -1 where the client has gone. */
function readInput(masterFd: number): number {
  try {
    return readSync(masterFd, requests, 0, requests.length, null);
  } catch (error) {
    if (systemErrorCode(error) === 'EIO') return -1;
    throw error;
  }
}

/** Undefined where the board is asked. */
function makeTalker(): TalkModel | OwnTalkModel | undefined {
  const { talks, own, profile = 'constant' } = data;
  if (talks) return new TalkModel(profile, seed);
  return own && isStreaming(own) ? new OwnTalkModel(own, { profile, seed }) : undefined;
}

/** How often one that talks says what it has, ms: USB's frames. */
const talkMs = 1;
/** How often it looks whether it is spoken to while it does not, ms. */
const silentMs = 20;

/** What it was asked, and what it has to say by itself; false where the client has gone. */
function talk(model: TalkModel | OwnTalkModel, masterFd: number): boolean {
  const input = hasInput(masterFd, model.talks ? 0 : silentMs);
  if (input === 'closed') return false;
  if (input === 'some') {
    const count = readInput(masterFd);
    if (count < 0) return false;
    for (let i = 0; i < count; i++) {
      const reply = model.reply(requests[i]!, clock());
      if (reply === 'unexpected') tally.countUnexpected(requests[i]!);
      else if (reply) send(masterFd, reply, 0);
    }
  }
  if (!model.talks) return true;
  send(masterFd, model.sets(clock()), 0);
  sleepUntil(clock() + talkMs * 1e6);
  return true;
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
