const esc = '\u001b';
/** A lone Esc is told from the begin of a sequence by nothing following for so long, ms. */
const escapeMs = 50;

/** What follows Esc in a sequence: CSI, SS3, or a character with Alt. */
const tail = /^(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[^[O])/u;
const arrows: Readonly<Record<string, string>> = { A: 'up', B: 'down', C: 'right', D: 'left' };
const controls: Readonly<Record<string, string>> = { '\u0003': 'ctrl-c', '\u000c': 'ctrl-l' };

/**
 * Makes keys of what a terminal in raw mode sends: a character, or the name of a key such as `escape` or `left`. Sequences of
 * keys that have no name here are dropped whole.
 */
export class Keys {
  readonly #onKey: (key: string) => void;
  #rest = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(onKey: (key: string) => void) {
    this.#onKey = onKey;
  }

  take(text: string): void {
    clearTimeout(this.#timer);
    this.#rest += text;
    while (this.#rest !== '') {
      if (!this.#rest.startsWith(esc)) {
        const character = String.fromCodePoint(this.#rest.codePointAt(0)!);
        this.#drop(character.length);
        this.#onKey(controls[character] ?? character);
        continue;
      }
      const [found] = tail.exec(this.#rest.slice(esc.length)) ?? [];
      if (found === undefined) break;
      this.#drop(esc.length);
      // Two Escs are two, whatever follows the second.
      if (found === esc) this.#onKey('escape');
      else {
        this.#drop(found.length);
        const arrow = /^[[O][A-D]$/.test(found) ? arrows[found.charAt(1)] : undefined;
        if (arrow !== undefined) this.#onKey(arrow);
      }
    }
    if (this.#rest !== '') this.#timer = setTimeout(() => this.#settle(), escapeMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #drop(length: number): void {
    this.#rest = this.#rest.slice(length);
  }

  /** Nothing follows: a lone Esc is one; the begin of a sequence is nothing. */
  #settle(): void {
    const isEscape = this.#rest === esc;
    this.#rest = '';
    if (isEscape) this.#onKey('escape');
  }
}
