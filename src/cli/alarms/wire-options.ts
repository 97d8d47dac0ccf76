import { type Command, Option } from 'commander';
import { usageError } from '../../errors.js';
import type { WireLimits } from '../../measure/wires/limits.js';
import { parseCurrentA, parsePercent } from '../../units.js';
import { checked } from '../options.js';

/** Of every command that watches the single wires of connectors. */
export interface WireOptions {
  /** A. */
  readonly maxWire?: number;
  readonly maxWireShare?: number;
}

function parseShare(text: string): number {
  const share = parsePercent(text);
  if (share === 0 || share > 1)
    throw usageError(
      `'${text}' is not a share of a connector's current: above 0% and up to 100%, which no wire exceeds, such as 25%`,
    );
  return share;
}

const maxWireOption = (usual: string) =>
  new Option(
    '--max-wire <current>',
    `warn where a single wire of a connector carries more, such as 9.2A; docs/wires.md says which boards' are measured (default: ${usual})`,
  ).argParser(checked(parseCurrentA));

const maxWireShareOption = (usual: string) =>
  new Option(
    '--max-wire-share <percent>',
    `warn where a wire carries more than this share of its connector's current, from 10 A on (default: ${usual})`,
  ).argParser(checked(parseShare));

export const withWires = (command: Command): Command =>
  command
    .addOption(maxWireOption('9.2A, what a pin is rated for'))
    .addOption(maxWireShareOption('25% of six wires, half as much again as an even share'));

/** Adds the options of single wires, for a recording that has limits of its own. */
export const withRecordedWires = (command: Command): Command =>
  command.addOption(maxWireOption('as recorded')).addOption(maxWireShareOption('as recorded'));

/** What was asked for, for the choice of outputs. */
export const wireLimitsFrom = ({
  maxWire,
  maxWireShare,
}: WireOptions): { readonly wireLimits: Partial<WireLimits> } => ({
  wireLimits: {
    ...(maxWire === undefined ? {} : { current_a: maxWire }),
    ...(maxWireShare === undefined ? {} : { share: maxWireShare }),
  },
});
