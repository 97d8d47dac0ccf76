import { plural } from '../../../units.js';
import type { Outcome } from '../server/post-batch.js';

/** Says each kind of trouble once. */
export class TroubleTexts {
  readonly #name: string;
  readonly #folder: string;
  readonly #onNotice: (text: string) => void;
  readonly #told = new Set<string>();

  constructor(name: string, folder: string, onNotice: (text: string) => void) {
    this.#name = name;
    this.#folder = folder;
    this.#onNotice = onNotice;
  }

  trouble(outcome: Exclude<Outcome, { kind: 'taken' }>, lines: number): void {
    const { kind, why } = outcome;
    const waits = `what is recorded waits in ${this.#folder}`;
    if (kind === 'away') this.#once(kind, `${this.#name} takes nothing (${why}); ${waits} until it does`);
    else if (kind === 'shut')
      this.#once(kind, `${this.#name} refuses all (${why}): ${outcome.todo}; until then ${waits}`);
    else
      this.#once(
        kind,
        `${this.#name} refuses ${plural(lines, 'line')} for good (${why}); they are left out there, and the recording goes on`,
      );
  }

  relief(afterMs: number): void {
    this.#once(
      'relief',
      `${this.#name} takes samples again, after ${(afterMs / 1000).toFixed(1)} s; what waited is sent`,
    );
  }

  lost(): void {
    this.#once(
      'lost',
      `${this.#folder} has reached --spool-limit: the oldest of what ${this.#name} has not taken is lost to it, and to no file`,
    );
  }

  failed(why: string): void {
    this.#once('failed', `${why}; what is recorded meanwhile is lost to ${this.#name}, and to no file`);
  }

  #once(kind: string, text: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#onNotice(text);
  }
}
