import { Command, CommanderError } from 'commander';
import { ExitCode, errorText, UserError } from '../errors.js';
import { tool } from '../tool.js';
import { execCommand } from './exec.js';
import { infoCommand } from './info.js';
import { markCommand } from './mark.js';
import { portsCommand } from './ports.js';
import { recordCommand } from './record.js';
import { repairCommand } from './repair.js';
import { replayCommand } from './replay.js';
import { simulateCommand } from './simulate.js';

const examples = `
Examples:
  $ powerlog record --port sim --duration 10s --out run.csv   try it without a board
  $ powerlog record --out run.csv                             the board that is plugged in
  $ powerlog exec -- python train.py                          what a command costs
  $ powerlog replay run.plog --out run.csv                    a capture, again

\`powerlog help COMMAND\` tells a command's options. Exit codes: 0 done, 2 wrong command line, 3 no board,
4 board lost, 5 output failed, 6 bad input file, 7 a limit was not met; exec ends with the command's own.`;

/** Runs the command line; sets the process's exit code and lets it end by itself. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('powerlog')
    .description(tool.description)
    .version(tool.version)
    .addHelpText('after', examples)
    .showHelpAfterError('(powerlog --help shows what there is)')
    .enablePositionalOptions();
  for (const command of [
    recordCommand(),
    execCommand(),
    replayCommand(),
    simulateCommand(),
    portsCommand(),
    infoCommand(),
    markCommand(),
    repairCommand(),
  ]) {
    program.addCommand(command.showHelpAfterError(`(powerlog help ${command.name()} shows its options)`));
  }
  for (const command of [program, ...program.commands]) command.exitOverride();
  process.stdout.on('error', endOnClosedPipe);
  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  if (process.env.POWERLOG_DEBUG && error instanceof Error) console.error(error.stack);
  if (error instanceof UserError) {
    console.error(`powerlog: ${error.message}`);
    return error.exitCode;
  }
  console.error(
    `powerlog: a bug of ours: ${errorText(error)}. Please report it with the command line at ${tool.bugs}; POWERLOG_DEBUG=1 shows where it happened`,
  );
  return ExitCode.bug;
}

/** `| head` has read enough: that is no error. */
function endOnClosedPipe(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') return;
  throw error;
}
