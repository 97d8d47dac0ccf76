import { errorText, inputError } from '../../errors.js';
import type { ByteInput } from '../../file/byte-input.js';

const pieceBytes = 256 << 10;
const mostBytes = 64 << 20;
const [open, close, quote, backslash] = [0x7b, 0x7d, 0x22, 0x5c];

/**
 * The outermost objects of a text, whatever stands between them: a list's brackets and commas, one object a line, remarks of the
 * program that wrote it. One that the end cuts is left out.
 * @throws UserError (badInput) for one that is no JSON
 */
export async function* jsonObjects(input: ByteInput): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let kept = Buffer.alloc(0);
  let [depth, at, begin] = [0, 0, 0];
  let [isText, isEscaped] = [false, false];
  const piece = new Uint8Array(pieceBytes);
  for (;;) {
    const count = await input.read(piece);
    if (count === 0) return;
    kept = Buffer.concat([kept, piece.subarray(0, count)]);
    for (; at < kept.length; at++) {
      const byte = kept[at]!;
      if (isEscaped) isEscaped = false;
      else if (isText) {
        if (byte === backslash) isEscaped = true;
        else if (byte === quote) isText = false;
      } else if (byte === open) {
        if (depth++ === 0) begin = at;
      } else if (depth > 0 && byte === quote) isText = true;
      else if (depth > 0 && byte === close && --depth === 0)
        yield parsed(kept.toString('utf8', begin, at + 1), input);
    }
    const from = depth === 0 ? at : begin;
    kept = kept.subarray(from);
    at -= from;
    begin = 0;
    if (kept.length > mostBytes) throw inputError(`${input.name}: one JSON object is larger than 64 MB`);
  }
}

function parsed(text: string, input: ByteInput): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw inputError(`${input.name}: it begins as JSON does and is none (${errorText(error)})`, error);
  }
}
