import type { Command } from '../board/board.js';
import { type FrameCheck, makeFrameCheck } from '../board/check.js';
import type { ByteFaultKind, SampleFaultKind } from '../stream/event.js';
import { Conversation } from './dialogue.js';
import { Action, type Driven } from './drive.js';
import type { Identified } from './identity/identified.js';
import { faultOfLength, type Recognition, recognize, refuseUnproven } from './identity/recognition.js';
import type { SamplingOptions, SamplingOutcome } from './link.js';
import type { SampleRing } from './ring.js';
import { over, SamplingGrid } from './sampling-grid.js';
import { Streak } from './streak.js';
import { lookEveryNs } from './tty/thread-priority.js';
import { deadlineMs, gone, quietMs } from './wire.js';

const deadlineNs = deadlineMs * 1e6;
/** A reply that came this much sooner than replies do may be a leftover. */
const hastyShare = 0.5;
/**
 * One that is also the last reply again is most likely its echo, so the real reply is waited for longer: as long as
 * makes no gap, since a steady board may say the same twice.
 */
const echoListenMs = 15;
/** So many frames in a row that contradict themselves: perhaps the stream is shifted after all. */
const implausibleRunLimit = 8;
/** Where the next question is further away than this, the line is looked at once more after the reply, ms. */
const longPauseMs = 20;
const secondLookMs = 5;

const State = { ready: 0, sleeping: 1, asked: 2, listening: 3, recovering: 4, confirming: 5 } as const;

/**
 * One request, one reply, one deadline, as a state machine that does no I/O of its own, so that the blocking and the
 * asynchronous driver share every decision: `step(result)` names the next action. Nothing is allocated per sample.
 *
 * A reply is only taken when it is surely the answer to its request: of exact length, within the deadline, and not
 * suspicious. A suspicious one (much sooner than usual, or contradicting itself) waits until the line has been
 * silent: a leftover is always followed by the real reply. Anything else leads to drain, WELCOME, and the questions that
 * show that it is the same board with the same firmware; only then on. What was taken is handed on when the next exchange
 * has shown that nothing came behind it, for then it ended where it should.
 */
export class Sampler implements Driven {
  readonly reply = Buffer.alloc(4096);
  request: Uint8Array;
  replyBytes: number;
  waitMs = 0;
  drained: Buffer | undefined;
  outcome: SamplingOutcome = 'stopped';

  #state: number = State.ready;
  readonly #sensors: Command;
  readonly #isPlausible: FrameCheck;
  readonly #view: DataView;
  /** The reply's place, as long as a frame. */
  readonly #frame: Uint8Array;
  readonly #grid: SamplingGrid;
  #nextLookNs = 0;
  #requestNs = 0;
  #replyNs = 0;
  /** A low quantile of the round trips, ns: sinks fast, rises slowly. */
  #typicalNs = 0;
  #faultKind: ByteFaultKind | 'implausible-frame' = 'no-reply';
  #faultStartNs = 0;
  #discarded = 0;
  #recovery: Conversation<Recognition> | undefined;
  readonly #implausible = new Streak();
  readonly #overrun = new Streak();
  readonly #identified: Identified;
  readonly #ring: SampleRing;
  readonly #options: SamplingOptions;

  constructor(identified: Identified, ring: SampleRing, options: SamplingOptions) {
    this.#identified = identified;
    this.#ring = ring;
    this.#options = options;
    const { board } = identified;
    this.#sensors = board.commands.sensors;
    this.request = this.#sensors.request;
    this.replyBytes = this.#sensors.replyBytes;
    this.#isPlausible = makeFrameCheck(board);
    this.#view = new DataView(this.reply.buffer, this.reply.byteOffset, this.reply.byteLength);
    this.#frame = this.reply.subarray(0, board.frameBytes);
    this.#grid = new SamplingGrid(options.rateHz, options.endNs, options.clock());
  }

  step(result: number): Action {
    if (result === gone) return this.#finish('lost');
    switch (this.#state) {
      case State.asked:
        return this.#judge(result);
      case State.listening:
        return result === 0 ? this.#accept() : this.#strayed(this.replyBytes + result);
      case State.recovering:
        return this.#recover(result);
      case State.confirming:
        if (result > 0) return this.#doubtLast('stray-bytes', result);
        this.#ring.publish();
        return this.#next();
      default:
        return this.#next();
    }
  }

  /** The next request, now or when its time on the grid has come. */
  #next(): Action {
    if (this.#ring.stopRequested) return this.#finish('stopped');
    const now = this.#options.clock();
    if (now >= this.#nextLookNs) {
      this.#nextLookNs = now + lookEveryNs;
      this.#options.look?.();
    }
    const waitNs = this.#grid.waitNs(now);
    if (waitNs === over) return this.#finish('duration');
    if (waitNs > 0) return this.#sleep(waitNs);
    this.request = this.#sensors.request;
    this.replyBytes = this.#sensors.replyBytes;
    this.#state = State.asked;
    this.#requestNs = now;
    return Action.ask;
  }

  #sleep(ns: number): Action {
    if (this.#ring.staged && ns > longPauseMs * 1e6) return this.#lookAgain();
    // Wakes at least every 100 ms to see a stop request on wires that cannot be woken.
    this.waitMs = Math.min(ns / 1e6, 100);
    this.#state = State.sleeping;
    return Action.sleep;
  }

  #judge(length: number): Action {
    this.#replyNs = this.#options.clock();
    if (length !== this.replyBytes)
      return this.#doubtLast(faultOfLength(this.#identified.board, length), length);
    // A host that was busy enough reads a reply late: it may have come late, or in time at an instant that is not known.
    if (this.#replyNs - this.#requestNs > deadlineNs) return this.#fault('late-reply', length);
    const plausible = this.#isPlausible(this.#view, 0);
    if (!plausible) return this.#doubt();
    this.#tell('implausible-frame', this.#implausible);
    const roundTrip = this.#replyNs - this.#requestNs;
    if (roundTrip >= this.#typicalNs * hastyShare) return this.#accept();
    return this.#listen(this.#ring.endsWith(this.#frame) ? echoListenMs : 0);
  }

  /** Kept if the line stays silent, since then the instrument did say so. Only the first of a run is listened to. */
  #doubt(): Action {
    this.#implausible.add(this.#requestNs);
    if (this.#implausible.count === 1) return this.#listen();
    if (this.#implausible.count === implausibleRunLimit) {
      refuseUnproven(this.#identified);
      this.#push();
      return this.#fault('implausible-frame', 0);
    }
    return this.#accept();
  }

  /** Records a streak that is over, where there was one. */
  #tell(kind: SampleFaultKind, streak: Streak, endNs = this.#requestNs): void {
    if (streak.count === 0) return;
    const { startNs, count: samples } = streak;
    this.#options.onEvent({ type: 'fault', kind, startNs, endNs, samples });
    streak.forget();
  }

  /** Waits for what would follow if the reply were a leftover: the real reply, no later than usual. */
  #listen(leastMs = 0): Action {
    this.#state = State.listening;
    this.waitMs = Math.max(leastMs, Math.min(quietMs, 1 + (2 * this.#typicalNs) / 1e6));
    return Action.drain;
  }

  #accept(): Action {
    this.#push();
    const roundTrip = this.#replyNs - this.#requestNs;
    const weight = roundTrip < this.#typicalNs ? 0.2 : 0.01;
    this.#typicalNs += this.#typicalNs === 0 ? roundTrip : (roundTrip - this.#typicalNs) * weight;
    return this.#next();
  }

  #push(): void {
    this.#ring.publish();
    if (this.#ring.stage(this.#frame, this.#requestNs, this.#replyNs)) this.#tell('overrun', this.#overrun);
    else this.#overrun.add(this.#requestNs);
  }

  #fault(kind: ByteFaultKind | 'implausible-frame', discarded: number): Action {
    this.#faultKind = kind;
    this.#faultStartNs = this.#requestNs;
    this.#discarded = discarded;
    this.#ring.publish();
    this.#recovery = new Conversation(recognize(this.#identified), this.reply);
    this.#state = State.recovering;
    return this.#recover(0);
  }

  /** What was listened behind is thrown away too: a leftover, or, where it contradicted itself, a shifted reply. */
  #strayed(length: number): Action {
    if (this.#implausible.count === 0) return this.#fault('stray-bytes', length);
    this.#implausible.forget();
    return this.#doubtLast('stray-bytes', length);
  }

  /** Bytes that are no reply may be the end of the one before, which then was not whole. */
  #doubtLast(kind: ByteFaultKind, length: number): Action {
    if (length > 0) this.#ring.retract();
    return this.#fault(kind, length);
  }

  /** Takes the next step back to a line that is in order, and a board that is the same. */
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
    const { same, strayBytes } = recovery.outcome!.value;
    this.#discarded += strayBytes;
    if (!same) return this.#finish('lost');
    const late = this.#faultKind === 'no-reply' && this.#discarded >= this.#frame.length;
    const kind = late ? 'late-reply' : this.#faultKind;
    const times = { startNs: this.#faultStartNs, endNs: this.#options.clock() };
    if (kind !== 'implausible-frame')
      this.#options.onEvent({ type: 'fault', kind, ...times, bytesDropped: this.#discarded });
    return this.#next();
  }

  /** Whether anything came behind the last reply, where no exchange will show it soon. */
  #lookAgain(): Action {
    this.waitMs = secondLookMs;
    this.#state = State.confirming;
    return Action.drain;
  }

  #finish(outcome: SamplingOutcome): Action {
    if (outcome === 'lost')
      this.#ring.retract(); // there is no line left to look at
    else if (this.#ring.staged) return this.#lookAgain();
    // The last sample may be one of them, and lies between its request and its reply.
    const endNs = Math.max(this.#requestNs, this.#replyNs);
    this.#tell('implausible-frame', this.#implausible, endNs);
    this.#tell('overrun', this.#overrun, endNs);
    this.outcome = outcome;
    return Action.end;
  }
}
