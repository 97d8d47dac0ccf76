import { Command, Option } from 'commander';
import { usageError } from '../../errors.js';
import { plural } from '../../units.js';
import { onAlarmOption } from '../alarms/on-alarm.js';
import { withWires } from '../alarms/wire-options.js';
import {
  baselineOption,
  concludeOption,
  cooldownOption,
  type ExecOptions,
  markOutputOption,
  maxEnergyOption,
  maxRegressionOption,
  prepareOption,
  runsOption,
  warmupOption,
} from '../exec/exec-options.js';
import { feedColumns, withFeeds } from '../feeds/feeds.js';
import {
  addSamplingOptions,
  averageOption,
  columnsOption,
  forceOption,
  liveOption,
  minCoverageOption,
  quietOption,
  reconnectOption,
  withIntervalOption,
  withOption,
} from '../options.js';

export function execCommand(): Command {
  const sampling = addSamplingOptions(
    new Command('exec')
      .description('Run a command as if powerlog were not there, and say what it cost')
      .usage('[options] -- COMMAND [ARGUMENTS…]')
      .argument('<command...>', 'the command and its arguments, which no shell sees')
      .passThroughOptions()
      .option('-o, --out <file>', 'keep the recording as CSV, with its summary beside it')
      .option(
        '-c, --capture <file.plog>',
        "keep the board's frames, the command and its marks, for `replay`",
      ),
    reconnectOption().default(Number.POSITIVE_INFINITY, 'forever'),
  );
  const command = withWires(sampling)
    .addOption(onAlarmOption('the command, as Ctrl-C would'))
    .addOption(baselineOption())
    .addOption(runsOption())
    .addOption(warmupOption())
    .addOption(cooldownOption())
    .addOption(prepareOption())
    .addOption(concludeOption())
    .option('-i, --ignore-failure', 'go on after a run that fails; it is listed, and in no mean')
    .addOption(markOutputOption())
    .option('--compare', "each argument is a command line for /bin/sh, run one after another: 'a' 'b'")
    .option('--export-json <file>', 'the runs as JSON')
    .option('--export-markdown <file>', 'the runs as a table')
    .option('--export-csv <file>', 'the runs as CSV, one row each')
    .addOption(maxEnergyOption())
    .addOption(minCoverageOption())
    .addOption(maxRegressionOption())
    .addOption(new Option('--baseline-run <file>', 'the summary of an earlier run, for --max-regression'))
    .option('--strict', 'no board: run nothing (code 3); a measuring fault: end with its code')
    .addOption(withOption())
    .addOption(withIntervalOption())
    .addOption(liveOption());
  return withFeeds(command)
    .addOption(columnsOption())
    .addOption(averageOption())
    .addOption(forceOption())
    .addOption(quietOption())
    .addHelpText(
      'after',
      `
The exit code is the command's own: 128 + n after signal n, 127 where it is not found, 126 where it cannot be run.
What goes wrong with measuring does not change it, unless --strict.

The command can mark phases; \`powerlog mark\` does it from a shell, and from Python
  from powerlog_marks import phase
  with phase("train", count=500): ...

Examples:
  $ powerlog exec -- python train.py
  $ powerlog exec --out run.csv --capture run.plog -- python train.py --epochs 3
  $ powerlog exec --port sim:train -- sleep 5                           without a board
  $ powerlog exec --port auto:all --out run.csv -- ./distributed        what all boards saw, added
  $ powerlog exec --with rapl,nvml --out run.csv -- python train.py      beside what the chips say themselves
  $ powerlog exec --runs 10 --warmup 1 --cooldown idle -- ./bench
  $ powerlog exec --runs 10 --compare './bench --old' './bench --new'
  $ powerlog exec --runs 10 --prepare 'make clean' --conclude 'rm -f out.bin' -- make -j4
  $ powerlog exec --mark-output '(?<begin>epoch \\d+) starts|(?<end>epoch \\d+) took' -- python train.py
  $ powerlog exec --on-alarm end -- python train.py                     cut off where a wire carries too much
  $ powerlog exec --runs 50 --ignore-failure -- ./flaky
  $ powerlog exec --max-regression 5% --baseline-run old.summary.json -- ./bench`,
    )
    .action(async (words: string[], options: ExecOptions, itself: Command) => {
      checkOptions(words, options);
      const { exec } = await import('../exec/exec-run.js');
      process.exitCode = await exec(words, options, feedColumns(itself, options.columns));
    });
}

function checkOptions(words: readonly string[], options: ExecOptions): void {
  if ((options.maxRegression === undefined) !== (options.baselineRun === undefined))
    throw usageError('--max-regression and --baseline-run go together: how much more, and than what');
  const noBaseline = 'durationMs' in options.baseline && options.baseline.durationMs === 0;
  if (options.cooldown?.kind === 'idle' && noBaseline)
    throw usageError('--cooldown idle needs a baseline to come back to; leave out --baseline 0');
  const commands = options.compare ? words.length : 1;
  for (const option of ['prepare', 'conclude'] as const) {
    const given = options[option]?.length ?? 1;
    if (given !== 1 && given !== commands)
      throw usageError(
        `--${option} is given ${given} times for ${plural(commands, 'command')}: give it once for all, or once for each`,
      );
  }
  if (options.compare && words.length < 2)
    throw usageError("--compare needs two command lines or more, each quoted: --compare './old' './new'");
}
