import './once.js';
import * as z from 'zod';
import { errorText } from '../errors.js';
import { parseBytes, parseDurationMs } from '../units.js';
import { allowKeys } from './json/issue-text.js';

/** Text with a unit, as options take it. */
const quantity = (parse: (text: string) => number, example: string) =>
  z.string(`expected text such as '${example}'`).transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: errorText(error) });
      return z.NEVER;
    }
  });

const duration = (example: string) => quantity(parseDurationMs, example);
const longEnough = (leastMs: number, least: string) => (ms: number, context: z.RefinementCtx) => {
  if (ms < leastMs)
    context.addIssue({ code: 'custom', message: `it is too short; the shortest is ${least}` });
};
const path = z.string('expected the path of a file').min(1, 'expected the path of a file');
const positive = z.number('expected a number').positive('expected a number above 0');

/** What `powerlog agent --config` reads. */
export const agentConfigSchema = z.strictObject(
  {
    /** What the bench is called; this machine's name where absent. */
    bench: z.string('expected the name of the bench').min(1, 'expected the name of the bench').optional(),
    ports: z
      .array(z.string("expected a port, such as '/dev/ttyACM0' or 'auto:all'"), 'expected a list of ports')
      .min(1, 'expected at least one port')
      .default(['auto:all']),
    rate_hz: positive.optional(),
    map: path.optional(),
    slot: z.string("expected a PCIe rail, such as 'pcie3'").optional(),
    slot_feed: z.enum(['motherboard', 'psu'], "expected 'motherboard' or 'psu'").optional(),
    /** A recording that lasts so long ends, and the next one begins. */
    run_for: duration('1d').superRefine(longEnough(10_000, '10s')).default(86_400e3),
    captures: z
      .strictObject(
        {
          folder: path,
          every: duration('1h').superRefine(longEnough(1000, '1s')).default(3600e3),
          keep_for: duration('14d').optional(),
          keep_size: quantity(parseBytes, '50GB').optional(),
        },
        { error: allowKeys('folder', 'every', 'keep_for', 'keep_size') },
      )
      .optional(),
    influx: z
      .strictObject(
        {
          url: z.string("expected a URL, such as 'http://db.lab:8086'"),
          rate_hz: positive.optional(),
          columns: z.string("expected a choice of columns, such as 'power'").default('power'),
          tags: z
            .record(z.string(), z.string('expected text'), 'expected tags, each with its text')
            .default({}),
          token_file: path.optional(),
          spool: path.optional(),
          spool_limit: quantity(parseBytes, '10GB').default(10e9),
        },
        {
          error: allowKeys('url', 'rate_hz', 'columns', 'tags', 'token_file', 'spool', 'spool_limit'),
        },
      )
      .optional(),
    listen: z
      .strictObject(
        {
          at: z.string("expected a place, such as '127.0.0.1:10177'").default('127.0.0.1:10177'),
          token_file: path.optional(),
        },
        { error: allowKeys('at', 'token_file') },
      )
      .prefault({}),
    power: z
      .strictObject(
        {
          none_below_w: positive.default(1),
          none_after: duration('10s').default(10_000),
        },
        { error: allowKeys('none_below_w', 'none_after') },
      )
      .prefault({}),
  },
  {
    error: allowKeys(
      ...['bench', 'ports', 'rate_hz', 'map', 'slot', 'slot_feed', 'run_for', 'captures', 'influx', 'listen'],
      'power',
    ),
  },
);

export type AgentConfig = z.infer<typeof agentConfigSchema>;
