import './once.js';
import * as z from 'zod';
import type { EndedStatus } from '../stream/command-event.js';
import type { EndReason, FaultKind, RecordingEvent, WireAlarmEvent } from '../stream/event.js';

/*
 * The JSON of the events in a capture, as docs/capture-format.md promises it to other readers. Objects are open, as the
 * header's are.
 */

/** Written so that a kind added elsewhere and forgotten here does not compile. */
const faultKinds: Record<FaultKind, true> = {
  'no-reply': true,
  'late-reply': true,
  'short-reply': true,
  'wrong-answer': true,
  'stray-bytes': true,
  'implausible-frame': true,
  'board-lost': true,
  overrun: true,
  overwritten: true,
  suspend: true,
  unreadable: true,
  joined: true,
};
const endReasons: Record<EndReason, true> = {
  duration: true,
  stopped: true,
  'source-ended': true,
  'board-lost': true,
  'output-failed': true,
};
const endedStatuses: Record<EndedStatus, true> = { ok: true, failed: true, interrupted: true };
const wireAlarmKinds: Record<WireAlarmEvent['kind'], true> = { current: true, share: true };
const names = <Name extends string>(table: Record<Name, true>) => Object.keys(table) as Name[];

const instantNs = z.number();
/** Of what came with the events of commands: whole by promise. */
const wholeNs = z.int();
const index = z.int().nonnegative();

/** Kind, name, count, instant, how far that may be off, line; and `output` where it was a line of that. */
const mark = z
  .tuple([z.string(), z.string(), z.number().nullable(), wholeNs, wholeNs.nonnegative(), index])
  .rest(z.unknown());

const captureEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('fault'),
    kind: z.enum(names(faultKinds)),
    startNs: instantNs,
    endNs: instantNs,
    count: z.number(),
  }),
  z.object({ type: z.literal('clock'), atNs: instantNs, unixUs: z.number() }),
  z.object({ type: z.literal('device-clock'), atNs: instantNs, rateErrorPpm: z.number() }),
  z.object({
    type: z.literal('board-fault'),
    atNs: instantNs,
    bit: z.int().min(0).max(63),
    name: z.string(),
  }),
  z.object({
    type: z.literal('wire-alarm'),
    edge: z.enum(['begin', 'end']),
    atNs: instantNs,
    rail: z.string(),
    wire: z.string(),
    kind: z.enum(names(wireAlarmKinds)),
    limit: z.number(),
    currentA: z.number(),
    share: z.number().nullable(),
    beganNs: instantNs,
    endedNs: instantNs.nullable(),
  }),
  z.object({
    type: z.literal('experiment'),
    atNs: wholeNs,
    commands: index,
    runs: index,
    warmups: index,
    idlePowerW: z.record(z.string(), z.number()).nullable(),
  }),
  z.object({ type: z.literal('command'), atNs: wholeNs, command: index, argv: z.array(z.string()) }),
  z.object({ type: z.literal('baseline'), startNs: wholeNs, endNs: wholeNs }),
  z.object({
    type: z.literal('run-begin'),
    atNs: wholeNs,
    run: index,
    command: index,
    number: index,
    warmup: z.boolean(),
    pid: z.int().nullable(),
  }),
  z.object({ type: z.literal('marks'), run: index, marks: z.array(mark) }),
  z.object({
    type: z.literal('run-end'),
    atNs: wholeNs,
    run: index,
    status: z.enum(names(endedStatuses)),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    failure: z.string().nullable(),
    problems: z.array(z.tuple([z.int().nullable(), z.string()]).rest(z.unknown())),
    problemCount: index,
  }),
  z.object({
    type: z.literal('end'),
    atNs: instantNs,
    reason: z.enum(names(endReasons)),
  }),
]);

/** An event as its JSON reads. */
export type WrittenEvent = z.infer<typeof captureEventSchema>;

/** Something that a later powerlog wrote, and this one can skip: what it is, for people. */
export interface UnknownEvent {
  readonly unknown: string;
}

const eventTypes: Record<RecordingEvent['type'], true> = {
  fault: true,
  clock: true,
  'device-clock': true,
  'board-fault': true,
  'wire-alarm': true,
  experiment: true,
  command: true,
  baseline: true,
  'run-begin': true,
  marks: true,
  'run-end': true,
  end: true,
};
const laterEventSchema = z.looseObject({
  type: z.string(),
  kind: z.string().optional(),
  reason: z.string().optional(),
  status: z.string().optional(),
});

/**
 * An event's JSON, read so that a later powerlog may say more: a type or a kind of fault that is not known is told as such, an end
 * for a reason that is not known is an end all the same, and a run that ended as nobody knows here did not go well. Undefined
 * for what is no event, or a known one that is wrong.
 */
export function readCaptureEvent(json: unknown): WrittenEvent | UnknownEvent | undefined {
  const known = captureEventSchema.safeParse(json).data;
  if (known) return known;
  const later = laterEventSchema.safeParse(json).data;
  if (!later) return undefined;
  const { type, kind, reason, status } = later;
  if (!Object.hasOwn(eventTypes, type)) return { unknown: `event '${type}'` };
  if (type === 'fault' && kind !== undefined && !Object.hasOwn(faultKinds, kind))
    return { unknown: `fault '${kind}'` };
  if (type === 'wire-alarm' && kind !== undefined && !Object.hasOwn(wireAlarmKinds, kind))
    return { unknown: `wire-alarm '${kind}'` };
  if (type === 'end' && reason !== undefined && !Object.hasOwn(endReasons, reason))
    return captureEventSchema.safeParse({ ...later, reason: 'source-ended' }).data;
  if (type === 'run-end' && status !== undefined && !Object.hasOwn(endedStatuses, status))
    return captureEventSchema.safeParse({ ...later, status: 'failed' }).data;
  return undefined;
}
