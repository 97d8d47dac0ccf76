import { Command } from 'commander';
import { withWires } from '../alarms/wire-options.js';
import type { LivePageOptions } from '../live-page.js';
import { addSamplingOptions, durationOption } from '../options.js';
import { listenOption, openOption } from '../serve-options.js';
import type { LiveOptions } from '../terminal/live/live.js';

interface LiveCommandOptions extends LivePageOptions, LiveOptions {
  readonly tty?: true;
}

export function liveCommand(): Command {
  const command = addSamplingOptions(
    new Command('live')
      .description('Watch one board or several while they measure')
      .option('--tty', 'on the whole of this terminal')
      .addOption(listenOption())
      .addOption(openOption())
      .addOption(durationOption()),
  );
  return withWires(command)
    .addHelpText(
      'after',
      `
Prints the address of a page, or with --tty takes the terminal: q ends it there and leaves the summary, ? shows the other keys.
Nothing is kept: \`powerlog record --live\` shows the same and records. Ctrl-C ends it.

Examples:
  $ powerlog live --open                                   the board that is plugged in
  $ powerlog live --tty --port sim:train                   on this terminal, without a board
  $ powerlog live --tty --port run.plog                    a capture, as fast as it was recorded
  $ powerlog live --tty --max-wire 8A                      w shows each wire of a GPU's connector
  $ powerlog live --listen 0.0.0.0:8080                    reachable from other machines
  $ powerlog record --live --out run.csv                   recorded too
  $ powerlog exec --live -- python train.py                with the phases of a command`,
    )
    .action(async (options: LiveCommandOptions) => {
      if (options.tty) {
        const { liveOnTerminal } = await import('../terminal/live/live.js');
        process.exitCode = await liveOnTerminal(options);
        return;
      }
      const { liveOnPage } = await import('../live-page.js');
      process.exitCode = await liveOnPage(options);
    });
}
