import { Command } from 'commander';
import { inputError, usageError } from '../errors.js';
import type { RepairPlan } from '../session/repair.js';
import { plural } from '../units.js';
import {
  type MapOptions,
  mapOption,
  quietOption,
  railMapFrom,
  slotFeedOption,
  slotOption,
} from './options.js';

interface RepairOptions extends MapOptions {
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
}

const help = `
What a kill, a full disk or a power loss left torn at the end of a CSV or a capture is dropped, in place, and the summary
beside it is made again. A file that is whole is left alone; only a missing summary is made. A file broken in its middle
is not touched. --map and --slot matter for a CSV that was recorded with a map of its own.

Examples:
  $ powerlog repair run.csv
  $ powerlog repair run.plog --dry-run      only say what would be done`;

export function repairCommand(): Command {
  return new Command('repair')
    .description('Drop a torn end of a CSV or capture, and make its summary again')
    .argument('<file...>', 'CSVs or captures (.gz too)')
    .option('-n, --dry-run', 'change nothing, only say what would be done')
    .addOption(mapOption())
    .addOption(slotOption())
    .addOption(slotFeedOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action(repair);
}

async function repair(paths: readonly string[], options: RepairOptions): Promise<void> {
  const [{ planRepair, carryOut }, { holdersOf }, { notice }] = await Promise.all([
    import('../session/repair.js'),
    import('../link/port-holders.js'),
    import('./notices.js'),
  ]);
  if (paths.includes('-')) throw usageError('a file is repaired in place; standard input (-) cannot be');
  const say = options.quiet ? () => {} : notice;
  const map = options.map || options.slot ? await railMapFrom(options) : undefined;
  for (const path of paths) {
    const plan = await planRepair(path, map);
    if (!options.dryRun) {
      const holders = holdersOf(path);
      if (plan.torn && holders.length > 0)
        throw inputError(
          `${path} is open in ${holders.join(', ')}: it may still be written to; end that first`,
        );
      await carryOut(plan);
    }
    for (const line of describe(plan, options.dryRun ?? false)) say(line);
  }
}

function describe(plan: RepairPlan, dryRun: boolean): string[] {
  const { path, samples, torn, tornBytes, wholeBytes, tail, summaryPath } = plan;
  const would = dryRun ? 'would be ' : '';
  const kept = plural(samples, 'sample');
  const lines: string[] = [];
  if (!torn) lines.push(`${path} is whole, with ${kept}, and left alone`);
  else {
    const dropped = tornBytes === null ? 'everything' : plural(tornBytes, 'byte');
    const done = [
      ...(tornBytes === 0 ? [] : [`${dropped} behind byte ${wholeBytes} ${would}dropped`]),
      ...(tail.length > 0 ? [`an end ${would}added`] : []),
      `${kept} ${would}kept`,
    ];
    lines.push(`${path} was cut off: ${done.join(', ')}`);
  }
  if (summaryPath !== null) lines.push(`${summaryPath} ${would}made again`);
  return lines;
}
