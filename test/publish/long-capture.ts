import { closeSync, openSync, writeSync } from 'node:fs';
import { CaptureEncoder } from '#powerlog/capture/encoder.js';
import { blockOf, boardFrames, end, preamble } from '../capture/samples.js';

/** Frames of another order at every turn, so that none of two places are alike. */
const distinctFrames = 1999;

/** A capture of any length, a millisecond from sample to sample, with a gap of a second after each `gapEvery`. */
export function writeLongCapture(path: string, samples: number, gapEvery = Number.POSITIVE_INFINITY): void {
  writeCapture(path, samples, (n) => n * 1e6 + Math.floor(n / gapEvery) * 1e9);
}

/** The same with instants of one's own, ns. */
export function writeCapture(path: string, samples: number, instantNs: (n: number) => number): void {
  const frames = boardFrames(distinctFrames);
  const file = openSync(path, 'w');
  writeSync(file, preamble);
  const encoder = new CaptureEncoder(frames[0]!.length, (bytes) => writeSync(file, bytes));
  for (let from = 0; from < samples; from += 512) {
    const rows = Array.from({ length: Math.min(512, samples - from) }, (_, k) => {
      const n = from + k;
      const frame = frames[(n + 7 * Math.floor(n / distinctFrames)) % distinctFrames]!;
      return { requestNs: instantNs(n), replyNs: instantNs(n) + 400_000, frame, events: [] };
    });
    encoder.push(blockOf(rows, []));
  }
  encoder.push(blockOf([], [end(instantNs(samples))]));
  encoder.flush();
  closeSync(file);
}
