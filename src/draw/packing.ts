import type { Envelope, Envelopes, Grid, Samples } from './envelope.js';

/*
 * Powers as bytes that deflate well and are unpacked quickly: whole numbers, absolute, their first bytes
 * together, then their second ….
 */

/** What stands for "nothing was measured". */
const nothing = -0x8000_0000;
const bytesEach = 4;
const joulesPerMwUs = 1e-9;

/**
 * Packs an envelope to whole quanta: minima are rounded down, maxima up, so that an extreme is never hidden; of the energy the sums
 * since the recording began are rounded, so that no stretch is off by more than one quantum for one interval.
 */
export function packEnvelope(
  { intervalUs, count }: Grid,
  { minMw, maxMw, energyJ }: Envelope,
  quantumMw: number,
): Uint8Array {
  const values = new Int32Array(3 * count);
  const quantumJ = quantumMw * intervalUs * joulesPerMwUs;
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const known = !Number.isNaN(minMw[n]!);
    values[n] = known ? Math.floor(minMw[n]! / quantumMw) : nothing;
    values[count + n] = known ? Math.ceil(maxMw[n]! / quantumMw) : nothing;
    const upTo = Math.round(energyJ[n + 1]! / quantumJ);
    values[2 * count + n] = upTo - sum;
    sum = upTo;
  }
  return shuffle(values);
}

/** The other way round. @throws Error where the bytes are not of this grid */
export function unpackEnvelope(bytes: Uint8Array, grid: Grid, quantumMw: number): Envelope {
  const { intervalUs, count } = grid;
  const values = unshuffle(bytes, 3 * count);
  const quantumJ = quantumMw * intervalUs * joulesPerMwUs;
  const [minMw, maxMw, energyJ] = [
    new Float32Array(count),
    new Float32Array(count),
    new Float64Array(count + 1),
  ];
  let sum = 0;
  for (let n = 0; n < count; n++) {
    const known = values[n] !== nothing;
    minMw[n] = known ? values[n]! * quantumMw : Number.NaN;
    maxMw[n] = known ? values[count + n]! * quantumMw : Number.NaN;
    sum += values[2 * count + n]!;
    energyJ[n + 1] = sum * quantumJ;
  }
  return { minMw, maxMw, energyJ };
}

/** Whole mW of samples, as they are. */
export const packPowers = (powerMw: ArrayLike<number>): Uint8Array => shuffle(Int32Array.from(powerMw));

export const unpackPowers = (bytes: Uint8Array, count: number): Float32Array =>
  Float32Array.from(unshuffle(bytes, count));

/** Instants of samples, whole µs, as the spacings between them. */
export function packInstants(timeUs: Float64Array): Uint8Array {
  const spacings = new Int32Array(2 * timeUs.length);
  let before = 0;
  timeUs.forEach((us, n) => {
    const spacing = us - before;
    spacings[n] = spacing % 2 ** 31;
    spacings[timeUs.length + n] = Math.floor(spacing / 2 ** 31);
    before = us;
  });
  return shuffle(spacings);
}

export function unpackInstants(bytes: Uint8Array, count: number): Float64Array {
  const spacings = unshuffle(bytes, 2 * count);
  const timeUs = new Float64Array(count);
  let us = 0;
  for (let n = 0; n < count; n++) {
    us += spacings[n]! + spacings[count + n]! * 2 ** 31;
    timeUs[n] = us;
  }
  return timeUs;
}

/** What a server sends for a window: powers over a grid, or the samples themselves; little-endian, unrounded. */
export type Piece = ({ readonly kind: 'intervals' } & Envelopes) | ({ readonly kind: 'samples' } & Samples);

/** A piece in one message: how long its head is (u32), the head (JSON, filled up to a multiple of 8 with spaces), then the columns. */
export function packPiece(piece: Piece): Uint8Array {
  const columns: ArrayBufferView[] =
    piece.kind === 'samples'
      ? [piece.timeUs, ...piece.powerMw]
      : [
          ...piece.series.map(({ energyJ }) => energyJ),
          ...piece.series.flatMap(({ minMw, maxMw }) => [minMw, maxMw]),
        ];
  const facts =
    piece.kind === 'samples'
      ? { kind: piece.kind, count: piece.timeUs.length, series: piece.powerMw.length }
      : { kind: piece.kind, grid: piece.grid, series: piece.series.length };
  const text = JSON.stringify(facts);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil((text.length + 4) / 8) * 8 - 4));
  const bytes = new Uint8Array(columns.reduce((sum, { byteLength }) => sum + byteLength, 4 + head.length));
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const { buffer, byteOffset, byteLength } of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** The other way round. The buffer is kept, not copied. */
export function unpackPiece(buffer: ArrayBuffer): Piece {
  const headBytes = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headBytes)));
  let at = 4 + headBytes;
  const doubles = (count: number): Float64Array => {
    at += count * 8;
    return new Float64Array(buffer, at - count * 8, count);
  };
  const singles = (count: number): Float32Array => {
    at += count * 4;
    return new Float32Array(buffer, at - count * 4, count);
  };
  const each = <Value>(make: () => Value): Value[] => Array.from({ length: head.series }, make);
  if (head.kind === 'samples')
    return {
      kind: 'samples',
      timeUs: doubles(head.count),
      powerMw: each(() => singles(head.count)),
    };
  const { count } = head.grid as Grid;
  const energies = each(() => doubles(count + 1));
  const series = energies.map((energyJ) => ({
    energyJ,
    minMw: singles(count),
    maxMw: singles(count),
  }));
  return { kind: 'intervals', grid: head.grid, series };
}

function shuffle(values: Int32Array): Uint8Array {
  const count = values.length;
  const bytes = new Uint8Array(count * bytesEach);
  for (let n = 0; n < count; n++)
    for (let byte = 0; byte < bytesEach; byte++) bytes[byte * count + n] = values[n]! >>> (8 * byte);
  return bytes;
}

function unshuffle(bytes: Uint8Array, count: number): Int32Array {
  if (bytes.length !== count * bytesEach)
    throw new Error(`${bytes.length} bytes where ${count * bytesEach} belong`);
  const values = new Int32Array(count);
  for (let n = 0; n < count; n++)
    values[n] =
      bytes[n]! | (bytes[count + n]! << 8) | (bytes[2 * count + n]! << 16) | (bytes[3 * count + n]! << 24);
  return values;
}
