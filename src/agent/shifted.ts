import type { SourceEvent } from '../stream/event.js';
import type { FrameBlock } from '../stream/frame-block.js';
import type { RecordingHeader } from '../stream/recording-header.js';

/** The header of a recording as if that had begun so much later, in whole µs. */
export const shiftedHeader = (header: RecordingHeader, ns: number): RecordingHeader => ({
  ...header,
  startMonotonicNs: header.startMonotonicNs === null ? null : header.startMonotonicNs + BigInt(ns),
  startUnixUs: header.startUnixUs === null ? null : header.startUnixUs + ns / 1000,
});

/** A block on the clock of a recording that began so much later. */
export const shiftedBlock = (block: FrameBlock, ns: number): FrameBlock =>
  ns === 0
    ? block
    : {
        ...block,
        requestNs: block.requestNs.map((at) => at - ns),
        replyNs: block.replyNs.map((at) => at - ns),
        events: block.events.flatMap((event) => shiftedEvent(event as SourceEvent, ns)),
      };

/** Nothing is marked where nobody runs a command, so that only a source's own events come. */
function shiftedEvent(event: SourceEvent, ns: number): SourceEvent[] {
  if ('atNs' in event) return [{ ...event, atNs: event.atNs - ns }];
  if (event.type === 'fault') {
    // What began in the file before is told where it ended, from this file's beginning on.
    return [{ ...event, startNs: Math.max(0, event.startNs - ns), endNs: event.endNs - ns }];
  }
  return [];
}
