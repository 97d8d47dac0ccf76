import { backOff } from '../../sending/limits.js';
import { Nap } from '../../sending/nap.js';
import { patience } from '../../sending/patience.js';
import type { SendingState } from '../../sending/state.js';
import type { Spool } from '../../spool/spool.js';
import type { Unit } from '../lines/line-writer.js';
import type { Outcome } from '../server/post-batch.js';

/** What a record of a spool of lines says of itself. */
interface LineMeta {
  readonly unit: Unit;
}

export const metaText = (unit: Unit): string => JSON.stringify({ unit } satisfies LineMeta);

interface SenderOptions {
  readonly spool: Spool;
  readonly post: (body: Uint8Array, unit: Unit) => Promise<Outcome>;
  readonly onTrouble: (outcome: Exclude<Outcome, { kind: 'taken' }>, lines: number) => void;
  /** It takes what it is sent again. */
  readonly onRelief: (afterMs: number) => void;
}

/** Sends what is in a spool, in order, one request at a time, for as long as it takes. */
export class Sender {
  readonly #options: SenderOptions;
  #refused = 0;
  #refusal: string | null = null;
  #trouble: { readonly why: string; readonly sinceMs: number } | null = null;
  #lastMs = performance.now();
  #isStopped = false;
  readonly #nap = new Nap();
  readonly #ended: Promise<void>;
  #idle: (() => void)[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** There is something new to send. */
  wake(): void {
    if (!this.#trouble) this.#nap.wake();
  }

  /** Since something was taken, or since it began. */
  get quietMs(): number {
    return performance.now() - this.#lastMs;
  }

  get state(): SendingState {
    const { waiting, lost } = this.#options.spool;
    return {
      ...{ unsent: waiting.count, lost: lost.count },
      ...{ refused: this.#refused, refusal: this.#refusal, trouble: this.#trouble?.why ?? null },
    };
  }

  /** Resolves when all is sent, or nothing has been taken for a while. */
  async settle(graceMs: number): Promise<SendingState> {
    this.#nap.wake(); // now is as good as any time
    await patience(
      graceMs,
      () => this.#lastMs,
      (resolve) => {
        if (this.#options.spool.waiting.records === 0) resolve();
        else this.#idle.push(resolve);
      },
    );
    return this.state;
  }

  /** Ends it; what is under way is waited for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#nap.wake();
    for (const resolve of this.#idle.splice(0)) resolve();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { spool, post } = this.#options;
    let pauseMs = backOff.firstMs;
    while (!this.#isStopped) {
      const record = spool.next();
      if (!record) {
        for (const resolve of this.#idle.splice(0)) resolve();
        await this.#nap.take(null);
        continue;
      }
      const outcome = await post(record.body, unitOf(record.meta));
      if (outcome.kind === 'taken' || outcome.kind === 'refused') {
        pauseMs = backOff.firstMs;
        this.#settled(outcome, record.seq, record.count);
        continue;
      }
      this.#trouble ??= { why: outcome.why, sinceMs: performance.now() };
      this.#options.onTrouble(outcome, record.count);
      if (outcome.kind === 'away') spool.rewind();
      else spool.back(record.seq);
      const asked = outcome.kind === 'away' ? (outcome.retryMs ?? 0) : 0;
      if (this.#isStopped) break;
      await this.#nap.take(Math.min(Math.max(asked, pauseMs * backOff.jitter()), backOff.longestMs));
      pauseMs = Math.min(2 * pauseMs, backOff.longestMs);
    }
  }

  #settled(outcome: Extract<Outcome, { kind: 'taken' | 'refused' }>, seq: number, lines: number): void {
    const { spool, onTrouble, onRelief } = this.#options;
    spool.acknowledge(seq);
    this.#lastMs = performance.now();
    if (outcome.kind === 'refused') {
      this.#refused += lines;
      this.#refusal ??= outcome.why;
      onTrouble(outcome, lines);
    }
    if (this.#trouble) onRelief(performance.now() - this.#trouble.sinceMs);
    this.#trouble = null;
    if (outcome.kind === 'taken' && outcome.isAnew) spool.rewind();
  }
}

/** One of another version's, or of another's, is taken for what the finest unit makes of it. */
function unitOf(meta: string): Unit {
  try {
    return (JSON.parse(meta) as Partial<LineMeta>).unit === 'ms' ? 'ms' : 'ns';
  } catch {
    return 'ns';
  }
}
