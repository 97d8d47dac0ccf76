import { plural } from '../../units.js';
import type { Trouble } from './trouble.js';

/** What a receiver is sent, in words: `line`, `message`. */
export type SentThing = 'line' | 'message';

/** Says each kind of trouble once. */
export class TroubleTexts {
  readonly #name: string;
  readonly #folder: string;
  readonly #thing: SentThing;
  readonly #onNotice: (text: string) => void;
  readonly #told = new Set<string>();
  #since: { readonly trouble: Trouble; readonly ms: number } | null = null;

  constructor(name: string, folder: string, thing: SentThing, onNotice: (text: string) => void) {
    this.#name = name;
    this.#folder = folder;
    this.#thing = thing;
    this.#onNotice = onNotice;
  }

  /** Why nothing arrives; null where it does. */
  get current(): string | null {
    return this.#since?.trouble.why ?? null;
  }

  trouble(trouble: Trouble): void {
    const { kind, why } = trouble;
    this.#since ??= { trouble, ms: performance.now() };
    const waits = `what is recorded waits in ${this.#folder}`;
    if (kind === 'away') this.#once(kind, `${this.#name} takes nothing (${why}); ${waits} until it does`);
    else this.#once(kind, `${this.#name} refuses all (${why}): ${trouble.todo}; until then ${waits}`);
  }

  relief(): void {
    if (!this.#since) return;
    const afterS = (performance.now() - this.#since.ms) / 1000;
    this.#since = null;
    this.#once(
      'relief',
      `${this.#name} takes ${this.#thing}s again, after ${afterS.toFixed(1)} s; what waited is sent`,
    );
  }

  refused(count: number, why: string): void {
    this.#once(
      'refused',
      `${this.#name} refuses ${plural(count, this.#thing)} for good (${why}), which it goes without; the recording goes on`,
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
