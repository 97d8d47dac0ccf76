import type { WrittenEvent } from '../schema/capture-event.js';
import type { CommandEvent, Mark, MarkKind } from '../stream/command-event.js';
import { amountOf, type FaultEvent, type RecordingEvent, type SourceEvent } from '../stream/event.js';

/*
 * Events as they are written. A fault's amount is its `count`, whatever it counts; marks and problems, of which there may be
 * a million, are rows.
 */

type Written<Type extends RecordingEvent['type']> = Extract<WrittenEvent, { type: Type }>;
type WrittenMark = Written<'marks'>['marks'][number];

export function writtenEvent(event: RecordingEvent): WrittenEvent {
  switch (event.type) {
    case 'fault': {
      const { type, kind, startNs, endNs } = event;
      return { type, kind, startNs, endNs, count: amountOf(event) };
    }
    case 'command':
      return { ...event, argv: [...event.argv] };
    case 'marks':
      return { ...event, marks: event.marks.map(markRow) };
    case 'run-end':
      return { ...event, problems: event.problems.map(({ line, message }) => [line, message]) };
    default:
      return event;
  }
}

const markRow = ({ kind, name, count, atNs, uncertaintyNs, line, fromOutput }: Mark): WrittenMark =>
  fromOutput
    ? [kind, name, count, atNs, uncertaintyNs, line, 'output']
    : [kind, name, count, atNs, uncertaintyNs, line];

/** @param skip Is told what a later powerlog wrote. */
export function eventOf(written: WrittenEvent, skip: (what: string) => void): RecordingEvent {
  switch (written.type) {
    case 'fault':
      return faultOf(written);
    case 'marks':
      return { ...written, marks: written.marks.flatMap((row) => markOf(row, skip)) };
    case 'run-end':
      return { ...written, problems: written.problems.map(([line, message]) => ({ line, message })) };
    default:
      return written;
  }
}

export function faultOf({ type, kind, startNs, endNs, count }: Written<'fault'>): FaultEvent {
  const times = { type, startNs, endNs };
  switch (kind) {
    case 'joined':
      return { ...times, kind };
    case 'suspend':
      return { ...times, kind, asleepMs: count };
    case 'overrun':
    case 'overwritten':
    case 'implausible-frame':
      return { ...times, kind, samples: count };
    default:
      return { ...times, kind, bytesDropped: count };
  }
}

const markKinds: Record<MarkKind, true> = { begin: true, end: true, point: true };
const isMarkKind = (kind: string): kind is MarkKind => Object.hasOwn(markKinds, kind);

function markOf(
  [kind, name, count, atNs, uncertaintyNs, line, from]: WrittenMark,
  skip: (what: string) => void,
): Mark[] {
  if (!isMarkKind(kind)) {
    skip(`mark '${kind}'`);
    return [];
  }
  const mark = { kind, name, count, atNs, uncertaintyNs, line };
  return [from === 'output' ? { ...mark, fromOutput: true } : mark];
}

/** Where an event begins, ns: where it belongs between the samples. */
export function startOf(event: RecordingEvent): number {
  if ('startNs' in event) return event.startNs;
  return event.type === 'marks' ? (event.marks[0]?.atNs ?? 0) : event.atNs;
}

/** Up to where an event says that the recording went, ns; what is of a command says nothing of that. */
export function reachOf(event: RecordingEvent): number {
  if (isOfCommand(event)) return 0;
  return event.type === 'fault' ? event.endNs : event.atNs;
}

const sourceEvents: Record<SourceEvent['type'], true> = {
  fault: true,
  clock: true,
  'device-clock': true,
  'board-fault': true,
  'wire-alarm': true,
  end: true,
};

/** Whether an event is what `exec` said, and not of the source. */
export const isOfCommand = (event: RecordingEvent): event is CommandEvent =>
  !Object.hasOwn(sourceEvents, event.type);

/** An event of a capture that begins at `byNs`, on the time axis of the first. */
export function shifted(event: RecordingEvent, byNs: number): RecordingEvent {
  if (byNs === 0) return event;
  if ('startNs' in event) return { ...event, startNs: event.startNs + byNs, endNs: event.endNs + byNs };
  if (event.type === 'wire-alarm') {
    const { atNs, beganNs, endedNs } = event;
    return {
      ...event,
      ...{ atNs: atNs + byNs, beganNs: beganNs + byNs, endedNs: endedNs === null ? null : endedNs + byNs },
    };
  }
  if (event.type !== 'marks') return { ...event, atNs: event.atNs + byNs };
  return { ...event, marks: event.marks.map((mark) => ({ ...mark, atNs: mark.atNs + byNs })) };
}
