import { Command } from 'commander';
import { ExitCode, inputError, usageError } from '../../errors.js';
import { type MapOptions, railMapFrom } from '../../session/map/map-choice.js';
import type { RepairPlan } from '../../session/repair/repair.js';
import { printable } from '../../text.js';
import { plural } from '../../units.js';
import { forEachInput } from '../batch.js';
import { mapOption, quietOption, slotFeedOption, slotOption } from '../options.js';

interface RepairOptions extends MapOptions {
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
}

const help = `
What a kill, a full disk or a power loss left torn at the end of a CSV or a capture is dropped, in place: a part of a last
row or block, NULs, or both, and in a .gz what stands behind its last member. The summary beside it is made again, and
keeps what the one that was there knew: command, phases, runs, board and host, as far as the samples that are left bear
them. A file that is whole is left alone; only a missing summary is made.

A CSV that holds anything else than what powerlog writes (saved by a spreadsheet or a notebook, with CR LF, other digits,
columns of its own, another CSV behind it) is refused with its line and the reason, and not a byte is changed; so is a capture
that was changed. Of several files, one that is bad is told and the others go on; the exit code is then the worst of all.
Of --columns and --average the figures are made that the rows bear; what they do not bear is said (docs/repair.md).
--map and --slot matter for a CSV that was recorded with a map of its own.

Examples:
  $ powerlog repair run.csv
  $ powerlog repair *.csv.gz *.plog         each that is torn
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
  const [{ carryOut }, { planRepairOfRun }, { holdersOf }, { notice }] = await Promise.all([
    import('../../session/repair/repair.js'),
    import('../../exec/figures/repaired.js'),
    import('../../link/port/port-holders.js'),
    import('../terminal/notices.js'),
  ]);
  if (paths.includes('-')) throw usageError('a file is repaired in place; standard input (-) cannot be');
  const say = options.quiet ? () => {} : notice;
  const map = options.map || options.slot ? await railMapFrom(options) : undefined;
  await forEachInput(paths, async (path) => {
    const plan = await planRepairOfRun(path, map);
    if (!options.dryRun) {
      const holders = holdersOf(path);
      if (plan.torn && holders.length > 0)
        throw inputError(
          `${path} is open in ${holders.join(', ')}: it may still be written to; end that first`,
        );
      await carryOut(plan);
    }
    // A line each, whatever stands in a file's name.
    for (const line of describe(plan, options.dryRun ?? false)) say(printable(line));
    return ExitCode.done;
  });
}

const doubtful = ['capture-cut', 'capture-left'];

function describe(plan: RepairPlan, dryRun: boolean): string[] {
  const { path, samples, unit, torn, summaryPath, setAside, remark, summary } = plan;
  const would = dryRun ? 'would be ' : '';
  const kept = plural(samples, unit);
  // Of a recording in front of the last, which is left as it is.
  const doubts = (summary?.warnings ?? []).filter(({ code }) => doubtful.includes(code));
  const whole = doubts.length > 0 ? 'ends well' : 'is whole';
  const lines = [
    torn
      ? tornText(plan, would)
      : `${path} ${whole}, with ${kept}, and ${doubts.length > 0 ? 'is ' : ''}left alone`,
    ...doubts.map(({ message }) => message),
    ...(remark === null ? [] : [setAside === null ? remark : `${remark}, and ${would}moved to ${setAside}`]),
  ];
  if (summaryPath !== null && summary !== null) {
    lines.push(`${summaryPath} ${would}made again`);
    for (const { code, message } of summary.warnings)
      if (code === 'cut-short' || code === 'not-kept') lines.push(message);
  }
  return lines;
}

function tornText(
  { path, samples, unit, tear, tornBytes, wholeBytes, cutAt, tail }: RepairPlan,
  would: string,
): string {
  const behind = tear?.kind === 'behind' && cutAt === tear.fileBytes;
  const dropped = tornBytes === null ? 'everything' : plural(tornBytes, 'byte');
  const from = cutAt === null ? `${wholeBytes} of what it holds unpacked` : cutAt;
  const done = [
    ...(behind ? [`${tear.what} ${would}dropped`] : []),
    ...(behind || tornBytes === 0 ? [] : [`${dropped} behind byte ${from} ${would}dropped`]),
    ...(tail.length > 0 ? [`an end ${would}added`] : []),
    `${plural(samples, unit)} ${would}kept`,
  ];
  return `${path} ${behind && tail.length === 0 ? 'has more than its end' : 'was cut off'}: ${done.join(', ')}`;
}
