import { outputError } from '../../../errors.js';
import { plural } from '../../../units.js';
import type { Spool } from '../../spool/spool.js';
import { compressed } from '../lines/compressed.js';
import type { LineBatch } from '../lines/influx-sink.js';
import { metaText, Sender } from '../sending/sender.js';
import { BatchPoster, type Outcome } from '../server/post-batch.js';
import type { Target } from '../server/target.js';

export interface Destination {
  readonly target: Target;
  readonly authorization: string | null;
  readonly onNotice: (text: string) => void;
}

/** Who pushes is there, and can do it again: a server that takes nothing for so long is given up. */
const patienceMs = 30_000;
/** Batches that may wait for the server; more wouldn't make it any faster. */
const mostWaiting = 16;

/** Sends what is in a spool, while somebody waits for it. */
export class Delivery {
  /** Lines that were handed in. */
  lines = 0;
  readonly #spool: Spool;
  readonly #name: string;
  readonly #poster: BatchPoster;
  readonly #sender: Sender;
  #giveUp = (_: Error) => {};
  readonly #givenUp: Promise<never>;
  #room: (() => void)[] = [];
  #isTold = false;

  constructor(spool: Spool, { target, authorization, onNotice }: Destination) {
    this.#spool = spool;
    this.#name = target.name;
    this.lines = spool.waiting.count;
    this.#givenUp = new Promise((_, reject) => {
      this.#giveUp = reject;
    });
    this.#givenUp.catch(() => {}); // it is thrown where it is awaited
    this.#poster = new BatchPoster(target, authorization);
    this.#sender = new Sender({
      spool,
      post: async (body, unit) => {
        const outcome = await this.#poster.post(body, unit);
        for (const resolve of this.#room.splice(0)) resolve();
        return outcome;
      },
      onTrouble: (outcome, lines) => this.#trouble(outcome, lines, onNotice),
      onRelief: (afterMs) =>
        onNotice(`${this.#name} takes lines again, after ${(afterMs / 1000).toFixed(1)} s`),
    });
  }

  /** Resolves when there is room for more. @throws UserError (outputFailed) where the server can't be had */
  async deliver({ bytes, lines, unit }: LineBatch): Promise<void> {
    this.#spool.append(metaText(unit), compressed(bytes), lines);
    this.lines += lines;
    this.#sender.wake();
    while (this.#spool.waiting.records >= mostWaiting)
      await Promise.race([this.#givenUp, new Promise<void>((resolve) => this.#room.push(resolve))]);
  }

  /**
   * Resolves when all has arrived.
   * @throws UserError (outputFailed) where it has not, or some of it never will
   */
  async finish(): Promise<void> {
    const { unsent, trouble, refused, refusal } = await Promise.race([
      this.#givenUp,
      this.#sender.settle(patienceMs),
    ]);
    if (unsent > 0)
      throw outputError(
        `${this.#name} has not taken ${plural(unsent, 'line')} (${trouble ?? 'it is slow'}); do it again when it does: what it has twice stays one`,
      );
    if (refused > 0)
      throw outputError(`${this.#name} refused ${plural(refused, 'line')}: ${refusal}; it has the others`);
  }

  async close(): Promise<void> {
    const stopped = this.#sender.stop();
    this.#poster.close();
    await stopped;
    this.#spool.close();
  }

  #trouble(
    outcome: Exclude<Outcome, { kind: 'taken' }>,
    lines: number,
    onNotice: (text: string) => void,
  ): void {
    const { kind, why } = outcome;
    if (kind === 'shut') this.#giveUp(outputError(`${this.#name} refuses all (${why}): ${outcome.todo}`));
    if (kind === 'away') {
      const { unsent } = this.#sender.state;
      if (this.#sender.quietMs > patienceMs)
        this.#giveUp(
          outputError(
            `${this.#name} takes nothing (${why}); ${plural(unsent, 'line')} at least are not there`,
          ),
        );
      if (!this.#isTold)
        onNotice(`${this.#name} takes nothing (${why}); trying again for ${patienceMs / 1000} s`);
      this.#isTold = true;
    }
    if (kind === 'refused') onNotice(`${this.#name} refuses ${plural(lines, 'line')} for good (${why})`);
  }
}
