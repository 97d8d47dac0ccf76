import { Command } from 'commander';
import { usageError } from '../../errors.js';
import { addSamplingOptions, durationOption } from '../options.js';
import type { LiveOptions } from '../terminal/live/live.js';

interface LiveCommandOptions extends LiveOptions {
  readonly tty?: true;
}

export function liveCommand(): Command {
  return addSamplingOptions(
    new Command('live')
      .description('Watch one board or several while they measure')
      .option('--tty', 'on the whole of this terminal')
      .addOption(durationOption()),
  )
    .addHelpText(
      'after',
      `
Nothing is kept: \`powerlog record\` does that. On the terminal, q ends it and leaves the summary; ? shows the other keys.

Examples:
  $ powerlog live --tty                                          the board that is plugged in
  $ powerlog live --tty --port sim:train                         without a board
  $ powerlog live --tty --port /dev/ttyACM0 --port /dev/ttyACM1  two boards
  $ powerlog live --tty --port run.plog                          a capture, as fast as it was recorded
  $ NO_COLOR=1 powerlog live --tty                               letters instead of colours`,
    )
    .action(async (options: LiveCommandOptions) => {
      if (!options.tty) throw usageError('where to? --tty shows it on this terminal');
      const { liveOnTerminal } = await import('../terminal/live/live.js');
      process.exitCode = await liveOnTerminal(options);
    });
}
