import { inflateSync } from 'node:zlib';

export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of a pixel. */
  readonly at: (x: number, y: number) => readonly [number, number, number];
  /** What the chunks before the pixels hold, by type. */
  readonly chunks: ReadonlyMap<string, readonly Buffer[]>;
}

/** Reads a PNG as this program's renderer writes them: 8 bits a channel, with opacity, not interlaced. */
export function decodePng(bytes: Buffer): Decoded {
  const chunks = new Map<string, Buffer[]>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    chunks.set(type, [...(chunks.get(type) ?? []), bytes.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  const header = chunks.get('IHDR')![0]!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header[8] !== 8 || header[9] !== 6 || header[12] !== 0) throw new Error('another kind of PNG');
  const pixels = unfiltered(inflateSync(Buffer.concat(chunks.get('IDAT')!)), width * 4, height);
  return {
    ...{ width, height, chunks },
    at: (x, y) => {
      const from = 4 * (y * width + x);
      return [pixels[from]!, pixels[from + 1]!, pixels[from + 2]!];
    },
  };
}

const pixelBytes = 4;

/** Undoes the filter of each line (https://www.w3.org/TR/png/#9Filters). */
function unfiltered(data: Buffer, lineBytes: number, lines: number): Buffer {
  const out = Buffer.alloc(lineBytes * lines);
  for (let line = 0; line < lines; line++) {
    const kind = data[line * (lineBytes + 1)]!;
    for (let n = 0; n < lineBytes; n++) {
      const to = line * lineBytes + n;
      const left = n >= pixelBytes ? out[to - pixelBytes]! : 0;
      const up = line > 0 ? out[to - lineBytes]! : 0;
      const corner = line > 0 && n >= pixelBytes ? out[to - lineBytes - pixelBytes]! : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind]!;
      out[to] = (data[line * (lineBytes + 1) + 1 + n]! + guess) & 0xff;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((each) => Math.abs(estimate - each));
  if (a! <= b! && a! <= c!) return left;
  return b! <= c! ? up : corner;
}

/** `keyword → text` of its tEXt and iTXt chunks. */
export const textsOf = ({ chunks }: Decoded): Record<string, string> =>
  Object.fromEntries([
    ...(chunks.get('tEXt') ?? []).map((chunk) => chunk.toString('latin1').split('\0')),
    ...(chunks.get('iTXt') ?? []).map((chunk) => {
      const parts = chunk.toString('utf8').split('\0');
      return [parts[0], parts.at(-1)];
    }),
  ]);
