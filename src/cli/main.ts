import { Command, CommanderError } from 'commander';
import { ExitCode, errorText, outOfDescriptors, UserError } from '../errors.js';
import { closeOutputThatWas } from '../exec/start/closed-output.js';
import { leaveDeletedFolder } from '../exec/start/deleted-folder.js';
import { ignoreHangUp } from '../exec/start/ignored.js';
import { tool } from '../tool.js';
import { refuseEmptyNames } from './options.js';
import { print, say, tell } from './terminal/say.js';
import { leaveClosedTerminal } from './terminal/terminal.js';

/** Each command's file is loaded when it is called, or when somebody asks for all of them. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  record: async () => (await import('./commands/record.js')).recordCommand(),
  exec: async () => (await import('./commands/exec.js')).execCommand(),
  live: async () => (await import('./commands/live.js')).liveCommand(),
  replay: async () => (await import('./commands/replay.js')).replayCommand(),
  report: async () => (await import('./commands/report.js')).reportCommand(),
  compare: async () => (await import('./commands/compare.js')).compareCommand(),
  audit: async () => (await import('./commands/audit.js')).auditCommand(),
  calibrate: async () => (await import('./commands/calibrate.js')).calibrateCommand(),
  view: async () => (await import('./commands/view.js')).viewCommand(),
  agent: async () => (await import('./commands/lab/agent.js')).agentCommand(),
  push: async () => (await import('./commands/lab/push.js')).pushCommand(),
  simulate: async () => (await import('./commands/simulate.js')).simulateCommand(),
  ports: async () => (await import('./commands/devices/ports.js')).portsCommand(),
  sensors: async () => (await import('./commands/devices/sensors.js')).sensorsCommand(),
  info: async () => (await import('./commands/devices/info.js')).infoCommand(),
  mark: async () => (await import('./commands/mark.js')).markCommand(),
  grafana: async () => (await import('./commands/lab/grafana.js')).grafanaCommand(),
  repair: async () => (await import('./commands/repair.js')).repairCommand(),
};

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
  const name = argv[2] ?? '';
  const wanted = Object.hasOwn(commands, name) ? [name] : Object.keys(commands);
  for (const each of wanted) {
    const command = await commands[each]!();
    refuseEmptyNames(command);
    program.addCommand(command.showHelpAfterError(`(powerlog help ${command.name()} shows its options)`));
  }
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeOut: print, writeErr: (text) => say(text.trimEnd()) });
  process.on('exit', leaveClosedTerminal);
  ignoreHangUp();
  closeOutputThatWas();
  try {
    // The command is given the folder as it is.
    const left = name === 'exec' ? null : leaveDeletedFolder(argv);
    if (left !== null) tell(left);
    await program.parseAsync(argv as string[]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  if (process.env.POWERLOG_DEBUG && error instanceof Error) say(error.stack ?? '');
  if (error instanceof UserError) {
    tell(error.message);
    return error.exitCode;
  }
  if (outOfDescriptors(error)) {
    tell(`no descriptor is left (${errorText(error)}); raise \`ulimit -n\``);
    return ExitCode.outputFailed;
  }
  tell(
    `a bug of ours: ${errorText(error)}. Please report it with the command line at ${tool.bugs}; POWERLOG_DEBUG=1 shows where it happened`,
  );
  return ExitCode.bug;
}
