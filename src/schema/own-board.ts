import './once.js';
import * as z from 'zod';
import { type OwnBoard, ownFieldTypes } from '../board/own/description.js';
import { checksumKinds } from '../board/streaming.js';
import { allowKeys } from './json/issue-text.js';

/* A user's own board, as docs/own-board.md promises it. Which parts have to fit each other is the table's to say. */

const name = (of: string, such: string) =>
  z
    .string(`expected ${of}, such as '${such}'`)
    .regex(/^[a-z][a-z0-9_]*$/, `${of} is lower-case letters, digits and _, a letter first, such as ${such}`);

/** Bytes as people write them: `"A5 5A"`, or a text in quotes within: `"'go'"`. */
const bytes = (such: string) =>
  z.string(`expected bytes, such as '${such}'`).transform((text, context) => {
    const [, quoted] = /^'([\x20-\x7e]+)'$/.exec(text) ?? [];
    if (quoted !== undefined) return new TextEncoder().encode(quoted);
    const digits = text.replaceAll(/\s/g, '');
    if (/^([0-9a-fA-F]{2}){1,64}$/.test(digits)) return Uint8Array.from(Buffer.from(digits, 'hex'));
    context.addIssue({
      code: 'custom',
      message: `expected 1 to 64 bytes in hexadecimal, such as '${such}', or a text in single quotes, such as "'S'"`,
    });
    return z.NEVER;
  });

const size = z.int('expected a whole number of bytes').min(1).max(4096);
const offset = z.int('expected a whole number of bytes').min(0).max(4095);

const field = z.strictObject(
  {
    name: name('a column', 'gpu_voltage_v').refine(
      (text) => !['time_s', 'unix_time_s', 'interval_s'].includes(text),
      { error: (issue) => `'${String(issue.input)}' is a column that every CSV has` },
    ),
    type: z.enum(ownFieldTypes, `expected one of ${ownFieldTypes.join(', ')}`),
    at: offset.optional(),
    lsb: z
      .number('expected what a step is worth, such as 0.001')
      .positive('a step is worth more than 0')
      .default(1),
    zero: z.number('expected what the stored 0 is worth').default(0),
    missing: z.int('expected the stored number that says that nothing is connected').optional(),
    title: z.string().min(1).max(80).optional(),
  },
  { error: allowKeys('name', 'type', 'at', 'lsb', 'zero', 'missing', 'title') },
);

const railKeys = {
  name: name('a rail', 'gpu').refine((text) => !['system', 'slot', 'measured'].includes(text), {
    error: (issue) => `'${String(issue.input)}' is taken; choose another name for the rail`,
  }),
  title: z.string().min(1).max(60).optional(),
  nominal_v: z
    .number('expected volts, such as 12')
    .positive('a rail carries more than 0 V')
    .max(1000)
    .optional(),
};
const rail = z.strictObject(railKeys, { error: allowKeys('name', 'title', 'nominal_v') });
const wire = z.strictObject(
  { name: railKeys.name, title: railKeys.title, rail: name('the rail that it is a part of', 'hpwr1') },
  { error: allowKeys('name', 'title', 'rail') },
);

const asked = z.strictObject(
  {
    welcome: z.strictObject(
      {
        request: bytes('01'),
        reply: z
          .string('expected the text that it answers with')
          .regex(/^[\x20-\x7e]{4,64}$/, 'expected 4 to 64 printable characters, which no other board says'),
      },
      { error: allowKeys('request', 'reply') },
    ),
    frame: z.strictObject({ request: bytes('02') }, { error: allowKeys('request') }),
    uid: z
      .strictObject(
        {
          request: bytes('03'),
          bytes: z
            .int('expected a whole number of bytes')
            .min(1, 'expected 1 to 64 bytes')
            .max(64, 'expected 1 to 64 bytes'),
        },
        { error: allowKeys('request', 'bytes') },
      )
      .optional(),
  },
  { error: allowKeys('welcome', 'frame', 'uid') },
);

const talks = z.strictObject(
  {
    sync: bytes('A5 5A').refine((word) => word.length >= 2 && word.length <= 8, 'expected 2 to 8 bytes'),
    checksum: z.enum(checksumKinds, `expected one of ${checksumKinds.join(', ')}`).optional(),
    stamp: z
      .strictObject(
        {
          field: name('the field that counts', 'clock_us'),
          unit_us: z.number('expected what a step is worth in µs, such as 1').positive(),
        },
        { error: allowKeys('field', 'unit_us') },
      )
      .optional(),
    expected_hz: z
      .number('expected how many frames a second it sends, such as 500')
      .min(2, 'a board that sends less than twice a second is better asked')
      .max(50_000, 'at most 50,000 frames a second are taken'),
    start: bytes('53').optional(),
    stop: bytes('54').optional(),
  },
  { error: allowKeys('sync', 'checksum', 'stamp', 'expected_hz', 'start', 'stop') },
);

const topKeys = {
  board: z
    .string("expected what captures know it by, such as 'ina226-rig'")
    .regex(/^[a-z][a-z0-9-]{1,31}$/, 'expected 2 to 32 lower-case letters, digits and -, a letter first'),
  product: z.string().min(1).max(60).optional(),
  asked: asked.optional(),
  talks: talks.optional(),
  fields: z
    .array(field, 'expected a list of fields')
    .min(2, 'expected a voltage and a current at least')
    .max(512),
  bytes: size.optional(),
  rails: z.array(rail, 'expected a list of rails').min(1, 'expected at least one rail').max(64),
  wires: z.array(wire, 'expected a list of wires').max(64).default([]),
  components: z
    .record(name('a component', 'gpu'), z.array(z.string()).min(1, 'expected at least one rail'))
    .refine((all) => Object.keys(all).length > 0, 'expected at least one component')
    .refine((all) => !['system', 'slot'].some((each) => each in all), "'system' and 'slot' are taken")
    .optional(),
  own_supply: name('a field', 'vdd_v').optional(),
  faults: z
    .strictObject(
      {
        status: name('a field', 'fault_status'),
        log: name('a field', 'fault_log').optional(),
        bits: z
          .array(
            z.strictObject(
              {
                bit: z.int().min(0).max(31),
                name: name('a fault', 'ocp_gpu'),
                title: z.string().min(1).max(80),
              },
              { error: allowKeys('bit', 'name', 'title') },
            ),
          )
          .min(1, 'expected at least one bit'),
      },
      { error: allowKeys('status', 'log', 'bits') },
    )
    .optional(),
  totals: z
    .array(
      z.strictObject(
        { field: name('a field', 'total_power_w'), rails: z.array(z.string()).min(1) },
        { error: allowKeys('field', 'rails') },
      ),
    )
    .default([]),
  accuracy_percent: z.number('expected percent of a reading, such as 1').positive().max(100).optional(),
};

export const ownBoardSchema = z
  .strictObject(topKeys, { error: allowKeys(...Object.keys(topKeys)) })
  .refine(({ asked, talks }) => (asked === undefined) !== (talks === undefined), {
    error: "expected either 'asked', for a board that answers, or 'talks', for one that sends by itself",
  }) satisfies z.ZodType<OwnBoard>;
