import type { Track } from '../session/track.js';

/** What boards are called where they are told of: by their names, or else by what they are; a second one of a name as its file is. */
export class BoardNames {
  readonly #taken = new Set<string>();
  readonly #shaped: (name: string) => string;

  /** @param shaped makes of a name what may stand there */
  constructor(shaped: (name: string) => string) {
    this.#shaped = shaped;
  }

  /** How many have one. */
  get count(): number {
    return this.#taken.size;
  }

  /** Each name is given once. */
  of({ id, source: { identity } }: Track): string {
    const [first, ...others] = [identity.name || identity.product, id].filter((each) => each !== '');
    const numbered = `${first} ${this.#taken.size + 1}`;
    const name = [first!, ...others, numbered].map(this.#shaped).find((each) => !this.#taken.has(each))!;
    this.#taken.add(name);
    return name;
  }

  /** Another recording comes, of the same boards. */
  forget(): void {
    this.#taken.clear();
  }
}
