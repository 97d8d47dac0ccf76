import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { beginsCapture } from '../../capture/parts.js';
import { usageError } from '../../errors.js';
import { openByteInput } from '../../file/byte-input.js';
import { ByteWindow } from '../../file/byte-window.js';
import type { FileClock, ForeignOptions, ForeignTrack, OptionNames } from '../../foreign/foreign-track.js';
import { readForeign } from '../../foreign/read.js';
import { factsOf, summaryOf } from './recording-facts.js';
import type { RecordingFacts, Side } from './side.js';

interface SideOptions extends ForeignOptions {
  readonly names: OptionNames;
}

/**
 * Opens what is to be compared: a capture, a CSV of ours or a track beside it, or anybody's file.
 * @throws UserError (usage, badInput)
 */
export async function openSide(path: string, { names, ...options }: SideOptions): Promise<Side> {
  if (await isCapture(path)) {
    const idle = (options.time !== undefined && names.time) || (options.unit !== undefined && names.unit);
    if (idle) throw usageError(`${idle} is about tables, and ${path} is a capture, which says it itself`);
    const { openCaptureSide } = await import('./capture-side.js');
    return openCaptureSide(path, options.column ?? options.component, names);
  }
  const track = await readForeign(path, options, names);
  const placed = track.writer === 'powerlog' && existsSync(path) ? summaryOf(path) : null;
  return sideOf(path, track, placed && factsOf(placed));
}

/** Whether there is a file, which can be looked at before it is read: what a pipe has told is gone. */
export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** Whether it is a capture. @throws UserError (badInput) where it cannot be read */
export async function isCapture(path: string): Promise<boolean> {
  if (path === '-' || (existsSync(path) && !isFile(path))) return false;
  const input = await openByteInput(path);
  try {
    return await beginsCapture(new ByteWindow(input, new Uint8Array(64)));
  } finally {
    await input.close();
  }
}

function sideOf(path: string, track: ForeignTrack, recording: RecordingFacts | null): Side {
  const { clock, timeUs, writer, uuid, column } = track;
  const originUs = originOf(clock, timeUs);
  if (originUs !== 0 && clock.kind !== 'recording')
    for (let n = 0; n < timeUs.length; n++) timeUs[n]! -= originUs;
  const own = recording?.devices.find(({ prefix }) => prefix !== '' && column.startsWith(`${prefix}_`));
  return {
    ...track,
    ...{ path, originUs, recording, source: writer === 'powerlog' ? null : writer },
    uuid: uuid ?? own?.uuid ?? null,
  };
}

/** Times are counted from a near instant, so that microseconds keep their fractions. */
function originOf(clock: FileClock, timeUs: Float64Array): number {
  if (clock.kind === 'recording') return clock.startUnixUs ?? 0;
  return clock.kind === 'elapsed' ? 0 : Math.floor(timeUs[0] ?? 0);
}

export const nameOf = (path: string): string => (path === '-' ? 'standard input' : basename(path));
