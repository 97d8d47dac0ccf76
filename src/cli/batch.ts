import { ExitCode, UserError } from '../errors.js';
import { say, tell } from './terminal/say.js';

/**
 * Does something with each of several inputs. One that is bad is told, and the others go on; the worst exit code, the
 * highest, is the program's.
 */
export async function forEachInput<Input>(
  inputs: readonly Input[],
  action: (input: Input) => Promise<ExitCode>,
): Promise<void> {
  for (const input of inputs) {
    const code = await action(input).catch((error: unknown) => {
      if (!(error instanceof UserError) || inputs.length === 1) throw error;
      if (process.env.POWERLOG_DEBUG) say(error.stack ?? '');
      tell(error.message);
      return error.exitCode;
    });
    process.exitCode = Math.max(code, Number(process.exitCode ?? ExitCode.done));
  }
}
