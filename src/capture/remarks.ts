import type { Warning } from '../stream/warning.js';
import { plural } from '../units.js';
import type { Part } from './join.js';

/*
 * What a reader says of a capture. Places are bytes of the (uncompressed) capture.
 */

export const behindEnd = (name: string, what: string): Warning => ({
  code: 'bytes-behind',
  message: `${name}: ${what}, not used; the capture is whole`,
});

export const cutOff = (name: string, wholeBytes: number): Warning => ({
  code: 'capture-cut',
  message: `${name} was cut off: nothing whole follows byte ${wholeBytes}; all before it is used`,
});

export const damaged = (name: string, wholeBytes: number, what: string): Warning => ({
  code: 'capture-damaged',
  message: `${name} is damaged at byte ${wholeBytes}: ${what}; all before it is whole`,
});

export const joinedAt = (name: string, byte: number, silenceNs: number): Warning => ({
  code: 'capture-joined',
  message: `${name}: another recording follows at byte ${byte}, and goes on ${(silenceNs / 1e9).toFixed(3)} s behind the end of the one before, by their clocks`,
});

export const leftOut = (name: string, { byte, samples, reason }: Part): Warning => ({
  code: 'capture-left',
  message: `${name}: the recording at byte ${byte}, ${plural(samples, 'sample')}, is left out: ${reason}`,
});

export const uncompressed = (name: string, byte: number): Warning => ({
  code: 'capture-left',
  message: `${name}: the recording from byte ${byte} of the file on is left out: it is not compressed, as what stands before it is; \`tail -c +${byte + 1}\` gives it by itself`,
});

/** @param others how often others were skipped */
export const skipped = (name: string, what: ReadonlyMap<string, number>, others: number): Warning => ({
  code: 'capture-unknown',
  message: `${name}: a later powerlog wrote what this one does not know and skips: ${[
    ...[...what].map(([each, times]) => `${each}${times > 1 ? `, ${times} times` : ''}`),
    ...(others > 0 ? [`and ${plural(others, 'other')}`] : []),
  ].join('; ')}`,
});
