import { Command } from 'commander';
import type { LivePageOptions } from '../live-page.js';
import { addSamplingOptions, durationOption } from '../options.js';
import { listenOption, openOption } from '../serve-options.js';

export function liveCommand(): Command {
  return addSamplingOptions(
    new Command('live')
      .description('Watch one board or several while they measure')
      .addOption(listenOption())
      .addOption(openOption())
      .addOption(durationOption()),
  )
    .addHelpText(
      'after',
      `
Prints the address of a page. Nothing is kept: \`powerlog record --live\` shows the same and records. Ctrl-C ends it.

Examples:
  $ powerlog live --open                                   the board that is plugged in
  $ powerlog live --port sim:train --open                  without a board
  $ powerlog live --listen 0.0.0.0:8080                    reachable from other machines
  $ powerlog record --live --out run.csv                   recorded too
  $ powerlog exec --live -- python train.py                with the phases of a command`,
    )
    .action(async (options: LivePageOptions) => {
      const { liveOnPage } = await import('../live-page.js');
      process.exitCode = await liveOnPage(options);
    });
}
