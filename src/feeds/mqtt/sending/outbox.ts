import { backOff } from '../../sending/limits.js';
import { patience } from '../../sending/patience.js';
import type { SendingState } from '../../sending/state.js';
import type { Trouble } from '../../sending/trouble.js';
import type { Spool } from '../../spool/spool.js';
import type { Published } from '../broker/trouble.js';

/** What a record of a spool of messages says of itself. */
interface MessageMeta {
  readonly topic: string;
}

export const metaText = (topic: string): string => JSON.stringify({ topic } satisfies MessageMeta);

interface OutboxOptions {
  readonly spool: Spool;
  readonly publish: (topic: string, body: Uint8Array) => Promise<Published>;
  readonly onTrouble: (trouble: Trouble) => void;
  readonly onRefusal: (why: string) => void;
  readonly onTaken: () => void;
}

/** A message that the broker has been given and did not answer for. */
interface UnderWay {
  readonly seq: number;
  isDone: boolean;
}

/**
 * Sends what is in a spool, in order, some messages at a time, while there is a connection. Whenever one is new, what had no
 * answer is sent again, and what was answered so lately that a broker may have lost it: in order from there on.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** How many may be under way; 0 while there is no connection. */
  #most = 0;
  #underWay: UnderWay[] = [];
  /** Answers to what was sent before belong to nothing any more. */
  #turn = 0;
  #refused = 0;
  #refusal: string | null = null;
  #pauseMs = backOff.firstMs;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = performance.now();
  #idle: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get state(): Omit<SendingState, 'trouble'> {
    const { waiting, lost } = this.#options.spool;
    return {
      ...{ unsent: waiting.count, lost: lost.count, refused: this.#refused, refusal: this.#refusal },
    };
  }

  /** There is a connection. */
  up(most: number): void {
    this.#most = most;
    this.#begin();
    this.#options.spool.rewind();
    this.pump();
  }

  down(): void {
    this.#most = 0;
    this.#begin();
  }

  /** Sends what may be sent. */
  pump(): void {
    const { spool, publish } = this.#options;
    while (this.#most > this.#underWay.length && !this.#timer) {
      const record = spool.next();
      if (!record) break;
      const topic = topicOf(record.meta);
      const message: UnderWay = { seq: record.seq, isDone: false };
      this.#underWay.push(message);
      const turn = this.#turn;
      void (topic === null ? Promise.resolve(unreadable) : publish(topic, record.body)).then((published) => {
        if (turn === this.#turn) this.#take(message, published);
      });
    }
    if (spool.waiting.records === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when all is sent, or nothing has been taken for a while. */
  settle(graceMs: number): Promise<void> {
    return patience(
      graceMs,
      () => this.#lastMs,
      (resolve) => {
        this.#idle.push(resolve);
        this.pump();
      },
    );
  }

  #begin(): void {
    this.#turn++;
    this.#underWay = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #take(message: UnderWay, published: Published): void {
    if (published.kind === 'gone') return; // down() follows
    if (published.kind === 'shut' || published.kind === 'away') {
      this.#hold(published);
      return;
    }
    if (published.kind === 'refused') {
      this.#refused++;
      this.#refusal ??= published.why;
      this.#options.onRefusal(published.why);
    } else this.#options.onTaken();
    this.#pauseMs = backOff.firstMs;
    this.#lastMs = performance.now();
    message.isDone = true;
    while (this.#underWay[0]?.isDone) this.#options.spool.acknowledge(this.#underWay.shift()!.seq);
    this.pump();
  }

  /** Nothing overtakes what was not taken: it is sent again, with all behind it, after a while. */
  #hold(trouble: Trouble): void {
    const { seq } = this.#underWay[0]!;
    this.#begin();
    this.#options.spool.back(seq);
    this.#options.onTrouble(trouble);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.pump();
    }, this.#pauseMs * backOff.jitter());
    this.#pauseMs = Math.min(2 * this.#pauseMs, backOff.longestMs);
  }
}

const unreadable: Published = { kind: 'refused', why: 'a record of the spool names no topic' };

/** Null for a record of somebody else's. */
function topicOf(meta: string): string | null {
  try {
    const { topic } = JSON.parse(meta) as Partial<MessageMeta>;
    return typeof topic === 'string' && topic !== '' ? topic : null;
  } catch {
    return null;
  }
}
