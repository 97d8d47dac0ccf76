import { TextDecoder } from 'node:util';
import { type ByteInput, withHead } from '../../file/byte-input.js';

const pieceBytes = 64 << 10;

/**
 * The bytes of a text in UTF-8, without its byte order mark: what a shell of Windows redirects to a file is UTF-16.
 * @param head what was read of the input already
 */
export function utf8Input(input: ByteInput, head: Uint8Array): ByteInput {
  const mark = (head[0] ?? 0) * 256 + (head[1] ?? 0);
  if (mark === 0xfffe || mark === 0xfeff)
    return new RecodedInput(input, head, mark === 0xfffe ? 'utf-16le' : 'utf-16be');
  const isMarked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  return withHead(input, isMarked ? head.subarray(3) : head);
}

class RecodedInput implements ByteInput {
  readonly compressed = false;
  readonly fault = null;
  readonly tear = null;
  readonly #input: ByteInput;
  readonly #decoder: TextDecoder;
  #left: Uint8Array;
  #ended = false;

  constructor(input: ByteInput, head: Uint8Array, encoding: string) {
    this.#input = input;
    this.#decoder = new TextDecoder(encoding);
    this.#left = this.#recoded(head);
  }

  get name(): string {
    return this.#input.name;
  }

  async read(into: Uint8Array): Promise<number> {
    const piece = new Uint8Array(pieceBytes);
    while (this.#left.length === 0 && !this.#ended) {
      const count = await this.#input.read(piece);
      this.#ended = count === 0;
      this.#left = this.#recoded(piece.subarray(0, count));
    }
    const count = Math.min(into.length, this.#left.length);
    into.set(this.#left.subarray(0, count));
    this.#left = this.#left.subarray(count);
    return count;
  }

  close(): Promise<void> {
    return this.#input.close();
  }

  #recoded(bytes: Uint8Array): Uint8Array {
    return new TextEncoder().encode(this.#decoder.decode(bytes, { stream: !this.#ended }));
  }
}
