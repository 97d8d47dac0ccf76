import { ExitCode, errorText, UserError } from '../../errors.js';
import { Feeds, openFeeds } from '../feeds/feeds.js';
import type { ExecOptions } from './exec-options.js';

/**
 * What the recording feeds. What can't be had on this machine is no reason not to run the command; options that are wrong are.
 * @throws UserError (usage); others where `--strict` makes them a reason
 */
export async function openExecFeeds(
  options: ExecOptions,
  columns: string,
  onNotice: (text: string) => void,
): Promise<Feeds> {
  const { out, capture, rate: rateHz = null } = options;
  try {
    return await openFeeds(options, { out, capture, columns, rateHz, onNotice });
  } catch (error) {
    const isUsage = error instanceof UserError && error.exitCode === ExitCode.usage;
    if (options.strict || isUsage) throw error;
    onNotice(errorText(error));
    return Feeds.none;
  }
}
