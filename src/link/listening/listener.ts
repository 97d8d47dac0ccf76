import { Conversation } from '../dialogue.js';
import { Action, type Driven } from '../drive.js';
import type { SamplingOptions, SamplingOutcome } from '../link.js';
import type { SampleRing } from '../ring.js';
import { Streak } from '../streak.js';
import { lookEveryNs } from '../tty/thread-priority.js';
import { gone } from '../wire.js';
import { ArrivalTimes } from './arrival-times.js';
import type { IdentifiedTalker } from './identify.js';
import { Scanner } from './scanner.js';
import { Timeline } from './timeline.js';
import type { Listening, Times } from './times.js';

/** Without a frame for so long, or for so many frames, it is asked whether it is still there, ns. */
const silence = { ns: 1e9, frames: 5 };
/** And so often nothing came, since it may also be that nobody listened. */
const fewSilences = 4;
/** What Linux keeps for a reader of a tty: a read that brings about so much has left some behind. */
const kernelBytes = 4000;
/** Frames that say when they were taken are read so often, ms; a half of what Linux keeps then comes of the fastest. */
const pauseMs = 5;
/** Rarer frames are read as they come. */
const rarelyHz = 200;
/** What was taken before the end has arrived so long after it, ns. */
const graceNs = 20e6;
/** For so long after each pause it is waited for what comes next, and later every so often, ns. */
const learningNs = 3e9;
const promptEveryNs = 50e6;
/** How often the instrument's clock is told of, ns. */
const clockEveryNs = 10e9;

const State = { starting: 0, listening: 1, pausing: 2, recovering: 3, stopping: 4 } as const;

/**
 * Takes what an instrument says by itself, as a state machine that does no I/O of its own, as `Sampler` does for one that is asked.
 * It pauses while a few dozen frames come and takes them in one read, since each waking costs more than all that it
 * brings. Nothing is allocated per frame.
 */
export class Listener implements Driven, Listening {
  readonly reply = Buffer.alloc(64 * 1024);
  request: Uint8Array = this.reply;
  replyBytes = 0;
  waitMs = 0;
  drained: Buffer | undefined;
  outcome: SamplingOutcome = 'stopped';

  #state: number = State.starting;
  readonly #scanner: Scanner;
  #times: Times;
  readonly #pauseMs: number;
  readonly #silenceNs: number;
  readonly #periodNs: number;
  readonly #endNs: number;
  /** Of the even grid that was asked for, the last that has its sample. */
  #lastSlot = -1;
  /** When a frame came last. */
  #heardNs: number;
  /** Of the last frame. */
  #lastNs = 0;
  #unheard = 0;
  #nextLookNs = 0;
  #nextClockNs = clockEveryNs;
  #isOver = false;
  #wasPrompt = false;
  #nextPromptNs = 0;
  readonly #overrun = new Streak();
  #recovery: Conversation<boolean> | undefined;

  readonly #identified: IdentifiedTalker;
  readonly #ring: SampleRing;
  readonly #options: SamplingOptions;

  constructor(identified: IdentifiedTalker, ring: SampleRing, options: SamplingOptions) {
    this.#identified = identified;
    this.#ring = ring;
    this.#options = options;
    const { framing, expectedHz } = identified.board.streaming;
    this.#scanner = new Scanner(framing, this.reply.length);
    this.#times = this.#newTimes();
    this.#silenceNs = Math.max(silence.ns, (silence.frames * 1e9) / expectedHz);
    this.#pauseMs = framing.stamp && expectedHz > rarelyHz ? pauseMs : 0;
    this.#periodNs = options.rateHz === undefined ? 0 : 1e9 / options.rateHz;
    this.#endNs = options.endNs ?? Number.POSITIVE_INFINITY;
    this.#heardNs = options.clock();
  }

  step(result: number): Action {
    if (result === gone) return this.#lost();
    switch (this.#state) {
      case State.starting:
        this.request = this.#identified.board.streaming.start;
        this.#heardNs = this.#options.clock();
        this.#state = State.pausing;
        return Action.say;
      case State.listening:
        return this.#hear(result);
      case State.recovering:
        return this.#recover(result);
      case State.stopping:
        return Action.end;
      default:
        return this.#listen();
    }
  }

  /** For what gives frames their instants. */
  frame(bytes: Uint8Array, at: number, earliestNs: number, latestNs: number): void {
    const ns = (earliestNs + latestNs) / 2;
    if (ns >= this.#endNs) this.#isOver = true;
    // In the very beginning its clock is not known so well that nothing could lie before that.
    if (ns >= this.#endNs || earliestNs < 0 || ns <= this.#lastNs) return;
    if (this.#periodNs > 0) {
      const slot = Math.floor(ns / this.#periodNs);
      if (slot <= this.#lastSlot) return;
      this.#lastSlot = slot;
    }
    this.#lastNs = ns;
    if (!this.#ring.append(bytes, at, earliestNs, latestNs)) this.#overrun.add(earliestNs);
    else if (this.#overrun.count > 0) this.#tellOverrun(earliestNs);
  }

  lost(startNs: number, endNs: number, frames: number, bytes: number): void {
    if (endNs > this.#endNs) return;
    this.#ring.show();
    const { onEvent } = this.#options;
    const times = { type: 'fault', startNs: Math.round(startNs), endNs: Math.round(endNs) } as const;
    if (bytes === 0) onEvent({ ...times, kind: 'overwritten', samples: frames });
    else {
      const kind = bytes < this.#identified.board.frameBytes ? 'short-reply' : 'stray-bytes';
      onEvent({ ...times, kind, bytesDropped: bytes });
    }
  }

  #listen(): Action {
    this.#state = State.listening;
    return Action.listen;
  }

  #hear(bytes: number): Action {
    const now = this.#options.clock();
    if (bytes > 0 && this.#scanner.scan(this.reply, bytes, this.#times)) {
      this.#heardNs = now;
      this.#unheard = 0;
      this.#times.arrived(now);
      this.#ring.show();
    }
    if (this.#ring.stopRequested) return this.#finish('stopped');
    if (this.#isOver || now >= this.#endNs + graceNs) return this.#finish('duration');
    if (now >= this.#nextLookNs) {
      this.#nextLookNs = now + lookEveryNs;
      this.#options.look?.();
    }
    if (now >= this.#nextClockNs) this.#tellClock(now);
    if (now - this.#heardNs > this.#silenceNs && ++this.#unheard > fewSilences) return this.#ask();
    if (bytes === 0 || bytes >= kernelBytes || this.#pauseMs === 0 || this.#isPromptDue(now))
      return this.#listen();
    this.#wasPrompt = false;
    this.#state = State.pausing;
    this.waitMs = this.#pauseMs;
    return Action.sleep;
  }

  /**
   * What has lain there for a pause says little of when it came; what is waited for does. In the beginning each pause is
   * followed by that, later every so often.
   */
  #isPromptDue(nowNs: number): boolean {
    if (this.#wasPrompt || nowNs < this.#nextPromptNs) return false;
    this.#wasPrompt = true;
    if (nowNs > learningNs) this.#nextPromptNs = nowNs + promptEveryNs;
    return true;
  }

  /** It has fallen silent, or says nothing that is known: is it still there? */
  #ask(): Action {
    this.#settle();
    this.#recovery = new Conversation(this.#identified.recognize(), this.reply);
    this.#state = State.recovering;
    return this.#recover(0);
  }

  #recover(result: number): Action {
    const recovery = this.#recovery!;
    const action = recovery.step(result);
    if (action !== Action.end) {
      if (action === Action.drain && this.#ring.stopRequested) return this.#finish('stopped');
      recovery.lend(this);
      return action;
    }
    this.#recovery = undefined;
    this.drained = undefined;
    if (!recovery.outcome!.value) return this.#lost();
    const times = { type: 'fault', startNs: this.#heardNs, endNs: this.#options.clock() } as const;
    this.#options.onEvent({ ...times, kind: 'no-reply', bytesDropped: this.#scanner.forget() });
    // Its counter may have begun anew.
    this.#times = this.#newTimes();
    this.#state = State.starting;
    return this.step(0);
  }

  #newTimes(): Times {
    const { streaming, frameBytes } = this.#identified.board;
    const { stamp } = streaming.framing;
    const nowNs = this.#options.clock();
    return stamp
      ? new Timeline(frameBytes, stamp, streaming.averagedShare, nowNs, this)
      : new ArrivalTimes(frameBytes, nowNs, this);
  }

  #settle(): void {
    this.#times.settle();
    this.#ring.show();
    if (this.#overrun.count > 0) this.#tellOverrun(this.#lastNs);
    this.#tellClock(this.#options.clock());
  }

  #tellOverrun(endNs: number): void {
    const { startNs, count: samples } = this.#overrun;
    this.#overrun.forget();
    this.#ring.show();
    this.#options.onEvent({ type: 'fault', kind: 'overrun', startNs, endNs, samples });
  }

  #tellClock(nowNs: number): void {
    this.#nextClockNs = nowNs + clockEveryNs;
    const { rateErrorPpm } = this.#times;
    if (rateErrorPpm === null) return;
    const told = { atNs: Math.min(nowNs, this.#endNs), rateErrorPpm: Math.round(rateErrorPpm * 1000) / 1000 };
    this.#options.onEvent({ type: 'device-clock', ...told });
  }

  #finish(outcome: SamplingOutcome): Action {
    this.#settle();
    this.outcome = outcome;
    this.request = this.#identified.board.streaming.stop;
    this.#state = State.stopping;
    return Action.say;
  }

  #lost(): Action {
    if (this.#state === State.stopping) return Action.end;
    this.#settle();
    this.outcome = 'lost';
    return Action.end;
  }
}
