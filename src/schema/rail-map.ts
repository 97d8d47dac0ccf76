import './once.js';
import * as z from 'zod';
import type { RailMap } from '../measure/rail-map.js';
import { allowKeys } from './json/issue-text.js';

/** Names that columns and summaries use for something else. */
const reservedNames = ['system', 'slot'];

const componentName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]*$/,
    'a component is named in lower-case letters, digits and _, a letter first, such as gpu2',
  )
  .refine((name) => !reservedNames.includes(name), {
    error: (issue) => `'${String(issue.input)}' is taken; choose another name for the component`,
  });

const railList = z
  .array(z.string("expected the name of a rail, such as 'pcie1'"), 'expected a list of rails')
  .min(1, 'expected at least one rail');

/** The map as captures and `--map` files hold it; which rails there are is the board's to say. */
export const railMapSchema = z.strictObject(
  {
    components: z
      .record(componentName, railList, 'expected components, each with its list of rails')
      .refine((components) => Object.keys(components).length > 0, 'expected at least one component'),
    slot: z
      .strictObject(
        {
          rail: z.string("expected the name of a rail, such as 'pcie3'"),
          feed: z.enum(['motherboard', 'psu'], "expected 'motherboard' or 'psu'").default('motherboard'),
        },
        { error: allowKeys('rail', 'feed') },
      )
      .nullable()
      .default(null),
  },
  { error: allowKeys('components', 'slot') },
) satisfies z.ZodType<RailMap>;
