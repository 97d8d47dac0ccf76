import './once.js';
import * as z from 'zod';
import { fieldTypeNames } from '../board/field-type.js';
import type { EndReason, FaultKind, RecordingEvent } from '../stream/event.js';
import { railMapSchema } from './rail-map.js';

export { issueText } from './issue-text.js';

/*
 * The JSON inside a capture, as docs/capture-format.md promises it to other readers. Objects are open: a later
 * version may say more without becoming unreadable.
 */

const fieldSchema = z.tuple([
  z.string(),
  z.int().nonnegative(),
  z.enum(fieldTypeNames),
  z.int().min(0).max(9),
  z.int().nullable(),
]);

/** What is optional in it was not told by captures of powerlog before its first release. */
const layoutSchema = z
  .object({
    frame_bytes: z.int().positive().max(0xffff),
    fields: z.array(fieldSchema),
    factors: z.record(z.string(), z.int().positive()),
    rails: z.array(z.tuple([z.string(), z.number()])),
    wires: z.array(z.tuple([z.string(), z.string()])),
    extra_fields: z.array(z.string()),
    faults: z
      .object({
        status: z.string(),
        log: z.string(),
        bits: z.array(z.tuple([z.int().min(0).max(63), z.string(), z.string()])),
      })
      .nullable(),
    own_supply: z.string(),
    calibration: z.array(z.tuple([z.int().nonnegative(), z.enum(['crc', 'pair', 'thermistor']), z.string()])),
    nominal_accuracy: z.number().nonnegative(),
  })
  .partial()
  .required({ frame_bytes: true, fields: true });

export const captureHeaderSchema = z.object({
  tool: z.object({ name: z.string(), version: z.string() }),
  board: z.object({
    id: z.string(),
    product: z.string(),
    product_id: z.int(),
    uid: z.string().nullable(),
    name: z.string().nullable(),
    firmware: z.int().nullable(),
    calibration: z
      .string()
      .regex(/^([0-9a-f]{2})*$/, 'expected hexadecimal digits')
      .nullish(),
    port: z.string(),
  }),
  layout: layoutSchema,
  map: railMapSchema,
  host: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  start: z.object({
    monotonic_ns: z
      .string()
      .regex(/^\d{1,20}$/, 'expected a whole number of ns as a string')
      .nullable(),
    unix_us: z.int('expected a whole number of µs').nullable(),
  }),
  instants_measured: z.boolean(),
  sampling_priority: z.string().nullish(),
  accuracy: z.number().nonnegative().nullable(),
});

/** A capture's header, as its JSON reads. */
export type CaptureHeader = z.infer<typeof captureHeaderSchema>;

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
const names = <Name extends string>(table: Record<Name, true>) => Object.keys(table) as Name[];

const instantNs = z.number();

/** An event's JSON: `RecordingEvent` as it is. */
export const captureEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('fault'),
    kind: z.enum(names(faultKinds)),
    startNs: instantNs,
    endNs: instantNs,
    count: z.number(),
  }),
  z.object({ type: z.literal('clock'), atNs: instantNs, unixUs: z.number() }),
  z.object({
    type: z.literal('board-fault'),
    atNs: instantNs,
    bit: z.int().min(0).max(63),
    name: z.string(),
  }),
  z.object({
    type: z.literal('end'),
    atNs: instantNs,
    reason: z.enum(names(endReasons)),
  }),
]) satisfies z.ZodType<RecordingEvent>;

/** Something that a later powerlog wrote, and this one can skip: what it is, for people. */
export interface UnknownEvent {
  readonly unknown: string;
}

const kindsOfEvent = new Set<unknown>([
  'fault',
  'clock',
  'board-fault',
  'end',
] satisfies RecordingEvent['type'][]);
const laterEventSchema = z.looseObject({
  type: z.string(),
  kind: z.string().optional(),
  reason: z.string().optional(),
});

/**
 * An event's JSON, read so that a later powerlog may say more: a type or a kind of fault that is not known is told as such, an end
 * for a reason that is not known is an end all the same. Undefined for what is no event, or a known one that is wrong.
 */
export function readCaptureEvent(json: unknown): RecordingEvent | UnknownEvent | undefined {
  const known = captureEventSchema.safeParse(json).data;
  if (known) return known;
  const later = laterEventSchema.safeParse(json).data;
  if (!later) return undefined;
  const { type, kind, reason } = later;
  if (!kindsOfEvent.has(type)) return { unknown: `event '${type}'` };
  if (type === 'fault' && kind !== undefined && !Object.hasOwn(faultKinds, kind))
    return { unknown: `fault '${kind}'` };
  if (type === 'end' && reason !== undefined && !Object.hasOwn(endReasons, reason))
    return captureEventSchema.safeParse({ ...later, reason: 'source-ended' }).data;
  return undefined;
}
