import type { Command } from '../board/board.js';
import { Action, type Driven } from './drive.js';
import { gone, quietMs } from './wire.js';

/** A question whose answer is as long as it should be, or goes on until the line is quiet. */
interface Question {
  readonly command: Command;
  readonly untilQuiet?: boolean;
}

/** Instead of a question: takes what is there until the line is quiet. */
export const drain = 'drain';

/**
 * Questions to a board, one after another, as a generator that does no I/O: each `yield` comes back with what was answered,
 * which is nothing where nobody did.
 */
export type Dialogue<Outcome> = Generator<Question | typeof drain, Outcome, Buffer>;

/** What a state machine hands to its driver, as far as a dialogue that it carries on for a while fills it in. */
type Lent = { -readonly [Key in 'request' | 'replyBytes' | 'waitMs' | 'drained']: Driven[Key] };

/** Holds a dialogue step by step. */
export class Conversation<Outcome> implements Driven {
  request: Uint8Array;
  replyBytes = 0;
  readonly waitMs = quietMs;
  drained: Buffer | undefined;
  /** Set once the dialogue is over; not where the port went away before. */
  outcome: { readonly value: Outcome } | undefined;
  #question: Question | typeof drain | undefined;
  #length = 0;

  constructor(
    readonly dialogue: Dialogue<Outcome>,
    readonly reply: Buffer = Buffer.alloc(4096),
  ) {
    this.request = reply;
  }

  step(result: number): Action {
    if (result === gone) return Action.end;
    const question = this.#question;
    const collecting = this.drained !== undefined;
    this.#length += result;
    if (question !== undefined && question !== drain && question.untilQuiet && !collecting && result > 0)
      return this.#collect();
    this.drained = undefined;
    const answer = Buffer.from(this.reply.subarray(0, Math.min(this.#length, this.reply.length)));
    this.#length = 0;
    const next = question === undefined ? this.dialogue.next() : this.dialogue.next(answer);
    if (next.done) {
      this.outcome = { value: next.value };
      return Action.end;
    }
    this.#question = next.value;
    if (next.value === drain) return this.#collect();
    this.request = next.value.command.request;
    this.replyBytes = next.value.command.replyBytes;
    return Action.ask;
  }

  /** Has another's driver carry out what is next here. */
  lend(to: Lent): void {
    to.request = this.request;
    to.replyBytes = this.replyBytes;
    to.waitMs = this.waitMs;
    to.drained = this.drained;
  }

  #collect(): Action {
    this.drained = this.reply.subarray(this.#length);
    return Action.drain;
  }
}
