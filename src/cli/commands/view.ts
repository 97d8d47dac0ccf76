import { Command } from 'commander';
import { ExitCode } from '../../errors.js';
import { endSignals } from '../../exec/start/ignored.js';
import { type MapOptions, otherMapFrom } from '../../session/map/map-choice.js';
import { accuracyOption, mapOption, slotFeedOption, slotOption } from '../options.js';
import { listenOption, openOption, placeFrom, type ServeOptions, showAddress } from '../serve-options.js';

interface ViewCommandOptions extends MapOptions, ServeOptions {
  readonly accuracy?: number;
}

export function viewCommand(): Command {
  return new Command('view')
    .description('Look at recordings in the browser, every sample at every zoom')
    .argument('<run...>', 'captures (.plog) or CSVs')
    .addOption(listenOption())
    .addOption(openOption())
    .addOption(slotOption())
    .addOption(slotFeedOption())
    .addOption(mapOption())
    .addOption(accuracyOption())
    .addHelpText(
      'after',
      `
Prints the address of a page, which is there at once and reads on beside. Only who knows the whole address sees the recordings.
Ctrl-C ends it.

Examples:
  $ powerlog view run.plog
  $ powerlog view --open old.plog new.plog
  $ powerlog view --listen 0.0.0.0:8080 run.plog     reachable from other machines`,
    )
    .action(view);
}

async function view(paths: readonly string[], options: ViewCommandOptions): Promise<void> {
  const [{ View }, { notice }, { ReadingLine }] = await Promise.all([
    import('../../publish/view/view.js'),
    import('../terminal/notices.js'),
    import('../terminal/reading-line.js'),
  ]);
  const reading = {
    ...otherMapFrom(options),
    accuracy: options.accuracy,
  };
  const view = await View.open({ paths, place: placeFrom(options), reading });
  const ended = untilAskedToEnd();
  try {
    await showAddress(view.url, options);
  } catch (error) {
    await view.close(); // nobody can know of it
    throw error;
  }
  const line = process.stderr.isTTY ? new ReadingLine(paths) : null;
  const problems = view.read(reading, (n, share) => line?.show(n, share));
  const first = await Promise.race([ended, problems]);
  line?.clear();
  for (const problem of first ?? []) notice(problem);
  if (first?.length) process.exitCode = ExitCode.badInput;
  if (first?.length !== paths.length) await ended;
  await view.close();
  if (first === undefined) process.exit(); // a pipe that nobody writes to may still be waited for
}

/** Resolves with nothing. */
async function untilAskedToEnd(): Promise<undefined> {
  await new Promise((resolve) => {
    for (const signal of endSignals()) process.once(signal, resolve);
  });
}
