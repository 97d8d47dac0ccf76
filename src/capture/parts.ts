import { inputError } from '../errors.js';
import type { ByteWindow } from '../file/byte-window.js';
import { crc32 } from '../file/crc32.js';
import {
  blockHeadBytes,
  blockMarker,
  checksumBytes,
  formatVersion,
  magic,
  maxPayloadBytes,
  preambleBytes,
} from './format.js';

/** Whether an input begins as a capture does; nothing of it is taken. */
export async function beginsCapture(window: ByteWindow): Promise<boolean> {
  await window.ensure(magic.length);
  return standsAt(window, magic);
}

/**
 * The header's JSON, from an input's first byte; the window then stands behind the preamble.
 * @throws UserError (badInput) that names what was found, what was expected, and the byte
 */
export async function readHeaderJson(window: ByteWindow): Promise<unknown> {
  const { name } = window.input;
  if (!(await window.ensure(1))) throw inputError(`${name} is empty; expected a capture`);
  await window.ensure(preambleBytes);
  if (!standsAt(window, magic.subarray(0, Math.min(magic.length, window.available))))
    throw inputError(
      `${name} is not a powerlog capture: it begins with ${hex(window)}, a capture with ${hexOf(magic)}; ` +
        `for a bare dump of frames give --board and --rate`,
    );
  if (window.available < preambleBytes) throw cutHeader(window, preambleBytes);
  const version = window.view.getUint16(window.at + 8, true);
  if (version > formatVersion)
    throw inputError(
      `${name}: capture format ${version} (byte 8); this powerlog reads up to ${formatVersion}: update powerlog`,
    );
  const jsonBytes = window.view.getUint32(window.at + 12, true);
  if (version === 0 || jsonBytes > maxPayloadBytes)
    throw inputError(
      version === 0
        ? `${name}: capture format 0 (byte 8) does not exist; the file is damaged`
        : `${name}: a header of ${jsonBytes} bytes (byte 12), at most ${maxPayloadBytes} are possible; the file is damaged`,
    );
  const bodyBytes = preambleBytes + jsonBytes;
  if (!(await window.ensure(bodyBytes + checksumBytes))) throw cutHeader(window, bodyBytes + checksumBytes);
  const body = window.bytes.subarray(window.at, window.at + bodyBytes);
  if (window.view.getUint32(window.at + bodyBytes, true) !== crc32(body))
    throw inputError(
      `${name}: the header's checksum (byte ${bodyBytes}) does not fit it; the file is damaged`,
    );
  const json = parseJson(body.subarray(preambleBytes));
  if (json === undefined) throw inputError(`${name}: the header (byte ${preambleBytes}) is not JSON`);
  window.at += bodyBytes + checksumBytes;
  return json;
}

/** The length of the preamble at the window's front where it is whole and its checksum fits, otherwise 0. */
export async function wholePreambleBytes(window: ByteWindow): Promise<number> {
  if (!(await window.ensure(preambleBytes)) || !standsAt(window, magic)) return 0;
  return sealedBytes(window, preambleBytes + window.view.getUint32(window.at + 12, true));
}

/** The length of the block at the window's front where it is whole and its checksum fits, otherwise 0. */
export async function wholeBlockBytes(window: ByteWindow): Promise<number> {
  if (!(await window.ensure(blockHeadBytes)) || !standsAt(window, blockMarker)) return 0;
  return sealedBytes(window, blockHeadBytes + window.view.getUint32(window.at + 16, true));
}

/** The length with the checksum behind it, where that fits. */
async function sealedBytes(window: ByteWindow, bodyBytes: number): Promise<number> {
  if (bodyBytes > blockHeadBytes + maxPayloadBytes) return 0;
  if (!(await window.ensure(bodyBytes + checksumBytes))) return 0;
  const sum = crc32(window.bytes.subarray(window.at, window.at + bodyBytes));
  return window.view.getUint32(window.at + bodyBytes, true) === sum ? bodyBytes + checksumBytes : 0;
}

/** Whether these last bytes of a capture are what a cut leaves of a block: a part of one, NULs, or both. */
export function isTornBlock(rest: Uint8Array): boolean {
  let length = rest.length;
  while (length > 0 && rest[length - 1] === 0) length--;
  const part = rest.subarray(0, length);
  if (!part.subarray(0, blockMarker.length).every((byte, n) => byte === blockMarker[n])) return false;
  if (rest.length < blockHeadBytes) return true;
  const payloadBytes = new DataView(rest.buffer, rest.byteOffset, rest.length).getUint32(16, true);
  return payloadBytes <= maxPayloadBytes && length < blockHeadBytes + payloadBytes + checksumBytes;
}

/** Whether the last bytes of an input are what a cut leaves of a capture's preamble: a part of it, NULs behind it, or both. */
export async function endsInPreamble(window: ByteWindow): Promise<boolean> {
  if (window.bytes[window.at] !== magic[0] || (await wholePreambleBytes(window)) > 0) return false;
  if (await window.ensure(preambleBytes + maxPayloadBytes + checksumBytes)) return false;
  const rest = window.bytes.subarray(window.at, window.at + window.available);
  const length = rest.findLastIndex((byte) => byte !== 0) + 1;
  const begins = rest.subarray(0, Math.min(length, magic.length)).every((byte, n) => byte === magic[n]);
  if (!begins || length === 0) return false;
  if (length < preambleBytes) return true;
  const jsonBytes = window.view.getUint32(window.at + 12, true);
  return jsonBytes <= maxPayloadBytes && length < preambleBytes + jsonBytes + checksumBytes;
}

/** Where behind the window's front a block or another capture may begin, -1 for nowhere in it. */
export function nextPlace(window: ByteWindow): number {
  const next = window.bytes.subarray(window.at + 1, window.at + window.available);
  const bytes = Buffer.from(next.buffer, next.byteOffset, next.length);
  const block = bytes.indexOf(blockMarker);
  const capture = (block < 0 ? bytes : bytes.subarray(0, block + magic.length)).indexOf(magic);
  return capture >= 0 && !(block >= 0 && block < capture) ? capture : block;
}

/** Where in these bytes a capture, or a block of one, may begin; -1 for nowhere. */
export function captureIn(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const places = [text.indexOf(magic), text.indexOf(blockMarker)].filter((at) => at >= 0);
  return places.length > 0 ? Math.min(...places) : -1;
}

/** Whether the window's front reads `expected`. */
export function standsAt(window: ByteWindow, expected: Uint8Array): boolean {
  return (
    window.available >= expected.length && expected.every((byte, at) => window.bytes[window.at + at] === byte)
  );
}

/** The JSON of some bytes, `undefined` where they are none. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function cutHeader(window: ByteWindow, expectedBytes: number) {
  return inputError(
    `${window.input.name} ends at byte ${window.available}, inside its header of ${expectedBytes} bytes: it holds no samples`,
  );
}

const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
const hex = (window: ByteWindow): string =>
  hexOf(window.bytes.subarray(window.at, window.at + Math.min(magic.length, window.available)));
