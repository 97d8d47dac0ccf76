import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RecordingClock } from '../../source/clock-watch.js';
import { printable } from '../../text.js';
import { startTimer } from '../../timer.js';
import { killGroup } from '../programs/groups.js';
import type { SensorBlock, SensorDoubt } from '../sensor.js';
import { Member } from './member.js';
import type { FromSensors, Opened, ToSensors, Wanted } from './messages.js';
import { Watchman } from './watchman.js';

/** Nothing is heard of the process for so long, ms, and it hangs in a driver or a library: another takes its place. */
const hangMs = 5000;
/** It is started again after this long, ms, and then after twice as long each time. */
const restartMs = { first: 500, longest: 30_000 };
/** One that ran for longer than this, ms, is started again as after the first time. */
const healthyMs = 10_000;
/** How long its last words are waited for, ms. */
const stopLimitMs = 2000;
const lastWordsKept = 1000;
/**
 * V8 takes a process that sleeps most of the time for idle and shrinks its small heap, and wakes four threads to collect its garbage,
 * which together cost as much as many readings.
 */
const flags = ['--no-memory-reducer', '--single-threaded-gc'];
/** A live board's samples come every 250 or 750 ms. */
const askEveryMs = 500;

export interface SensorProcessOptions {
  readonly sysfs: string;
  readonly intervalMs: number | null;
  /** As of `ReaderEnvironment`. */
  readonly thorough: boolean;
}

/** A process that reads sensors, seen from here. It is started again where it ends or hangs, and all of it ends with us. */
export class SensorProcess {
  readonly #members: readonly Member[];
  #child: ChildProcess | undefined;
  #groups: readonly number[] = [];
  readonly #watchman = new Watchman();
  #clock: RecordingClock | undefined;
  #heardMs = 0;
  #askedMs = 0;
  #startedMs = 0;
  #seemsHung = false;
  #watch: NodeJS.Timeout | undefined;
  #cancelRestart: () => void = () => {};
  #restartMs = restartMs.first;
  #lastWords = '';
  #stopping: Promise<void> | undefined;
  #onEnded: () => void = () => {};
  #onOpened: () => void = () => {};

  readonly #options: SensorProcessOptions;

  constructor(wanted: readonly Wanted[], options: SensorProcessOptions) {
    this.#options = options;
    this.#members = wanted.map((each, at) => new Member(at, each));
  }

  /**
   * Starts it; resolves when each sensor has said what it is, or why not. One that has not within `limitMs` is undefined: it hangs,
   * and all others with it.
   */
  async open(limitMs: number): Promise<readonly (Opened | undefined)[]> {
    this.#spawn();
    await new Promise<void>((resolve) => {
      const cancel = startTimer(limitMs, resolve);
      this.#onOpened = () => {
        if (!this.#members.every(({ opened }) => opened)) return;
        cancel();
        resolve();
      };
    });
    const opened = this.#members.map((member) => member.opened);
    if (opened.includes(undefined)) this.#kill();
    return opened;
  }

  /** Begins to read one; those that are begun in the same turn begin together, and the others are let go of. */
  start(at: number, clock: RecordingClock, take: (block: SensorBlock) => void): void {
    this.#members[at]!.take = take;
    if (this.#clock) return;
    this.#clock = clock;
    this.#heardMs = performance.now();
    this.#watch = setInterval(() => this.#lookAfter(), 1000).unref();
    queueMicrotask(() => {
      if (this.#child) this.#begin(clock);
      else this.#restart(clock);
    });
  }

  /** Asks for what was read since the last time, no more often than is worth it, unless it is waited for. */
  handOver(isWaited: boolean): void {
    const nowMs = performance.now();
    if (!this.#clock || this.#stopping || (!isWaited && nowMs - this.#askedMs < askEveryMs)) return;
    this.#askedMs = nowMs;
    this.#say({ type: 'turn' });
  }

  cpuS(at: number): number | null {
    return this.#members[at]!.cpuS;
  }

  doubts(at: number): readonly SensorDoubt[] {
    return this.#members[at]!.doubts;
  }

  /** Ends it, with what was read up to now; never later than `stopLimitMs`. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#watch);
    this.#cancelRestart();
    const child = this.#child;
    if (!child) return;
    await new Promise<void>((resolve) => {
      const cancel = startTimer(stopLimitMs, resolve);
      // It leaves by itself, having said its last.
      this.#onEnded = () => {
        cancel();
        resolve();
      };
      this.#say({ type: 'stop' });
    });
    this.#kill();
  }

  #spawn(): void {
    const child = spawn(process.execPath, [...flags, join(__dirname, 'sensor-worker.js')], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      // A terminal's Ctrl-C is for powerlog, which then ends this in order.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child = child;
    this.#watchman.watch(child.pid, []);
    this.#lastWords = '';
    this.#startedMs = performance.now();
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsKept);
    });
    child.on('message', (message: FromSensors) => {
      if (child === this.#child) this.#hear(message);
    });
    child.once('error', (error) => this.#gone(child, `could not be started (${error.message})`));
    // What it said last may come behind the news of its end.
    let how: string | undefined;
    child.once('exit', (code, signal) => {
      how = signal ? `was ended by ${signal}` : `ended (${code})`;
      if (!child.connected) this.#gone(child, how);
    });
    child.once('disconnect', () => how !== undefined && this.#gone(child, how));
    const wanted = this.#members.map((member) => member.wanted);
    this.#say({ type: 'open', wanted, ...this.#options });
  }

  #hear(message: FromSensors): void {
    this.#heardMs = performance.now();
    if (message.type === 'groups') {
      this.#groups = message.pids;
      this.#watchman.watch(this.#child?.pid, message.pids);
    } else if (message.type === 'trying') this.#members[message.at]!.isTried = !message.isOver;
    else if (message.type === 'opened') {
      this.#members[message.opened.at]!.opened ??= message.opened;
      this.#onOpened();
    } else {
      for (const news of message.news) this.#members[news.at]!.hear(news);
    }
  }

  #lookAfter(): void {
    const isSilent = this.#child !== undefined && performance.now() - this.#heardMs > hangMs;
    // Twice, since this process may have been stopped itself, and what was said meanwhile comes now.
    const [child, isCertain] = [this.#child, this.#seemsHung];
    this.#seemsHung = isSilent && !isCertain;
    if (!child || !isSilent || !isCertain) return;
    this.#kill();
    this.#gone(child, null);
  }

  /** @param how null where it hung */
  #gone(child: ChildProcess, how: string | null): void {
    if (child !== this.#child && how !== null) return;
    this.#child = undefined;
    this.#groups.forEach(killGroup);
    this.#groups = [];
    this.#watchman.stop();
    this.#onEnded();
    if (this.#stopping) return;
    const nowNs = this.#clock?.now() ?? null;
    const words = printable(this.#lastWords.trim().split('\n').at(-1) ?? '');
    const said = words === '' ? '' : `: ${words}`;
    for (const member of this.#members)
      if (how === null)
        member.hang(`its process did not answer for ${hangMs / 1000} s and was started again`, nowNs);
      else member.lose('sensor-lost', `its process ${how}${said}, and was started again`, nowNs);
    if (performance.now() - this.#startedMs > healthyMs) this.#restartMs = restartMs.first;
    this.#onOpened();
    if (this.#clock) this.#restart(this.#clock);
  }

  #begin({ anchor }: RecordingClock): void {
    const recorded = [...this.#members.keys()].filter((at) => this.#members[at]!.take);
    this.#say({ type: 'start', originNs: anchor.monotonicNs, recorded });
  }

  #restart(clock: RecordingClock): void {
    const again = (): void => {
      this.#heardMs = performance.now();
      this.#spawn();
      this.#begin(clock);
    };
    this.#cancelRestart = startTimer(this.#restartMs, again, false);
    this.#restartMs = Math.min(2 * this.#restartMs, restartMs.longest);
  }

  #kill(): void {
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    this.#groups.forEach(killGroup);
    this.#groups = [];
    this.#watchman.stop();
  }

  #say(message: ToSensors): void {
    if (this.#child?.connected) this.#child.send(message, () => {});
  }
}
