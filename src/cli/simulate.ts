import { closeSync, ftruncateSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { errorText, outputError, usageError } from '../errors.js';
import { type FaultPlan, parseFaults } from '../simulator/faults.js';
import { type ProfileName, profileNames } from '../simulator/profile-names.js';
import type { SimulatorStats } from '../simulator/tally.js';
import type { OpenedOutput } from '../sink/safe-open.js';
import { parseDurationMs, plural } from '../units.js';
import { checked, forceOption } from './options.js';

const help = `
The port's path is the first and only line on standard output. Any program that speaks to a BENCHLAB can open it.

Profiles:
  constant    400 W for ever: CPU 60 W, GPU 300 W, motherboard 40 W; no noise
  square      120 W and 500 W in turn, one second each; no noise
  idle, train, inference   shapes of a real machine's load, with noise that depends on --seed

Faults, each with its chance per reply (drop:1e-4), except unplug with its times:
  drop repeat stray double short silent wrong slow garble    late:CHANCE[:TIME]    unplug:PERIOD[:AWAY]

Examples:
  $ powerlog simulate --link /tmp/benchlab0              a board at /tmp/benchlab0, until Ctrl-C
  $ powerlog simulate --profile square --latency 1ms     as quick as a real one
  $ powerlog simulate --from run.plog                    answers with recorded frames, over and over
  $ powerlog simulate --fault drop:1e-4,unplug:60s:5s    rehearse what can go wrong

docs/simulator.md says what each profile's watts and each fault's bytes are.`;

interface SimulateOptions {
  readonly link?: string;
  readonly profile: ProfileName;
  readonly seed: number;
  readonly latency: number;
  readonly from?: string;
  readonly fault?: FaultPlan;
  readonly report?: string;
  readonly force?: true;
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('Play a board behind a pseudo-terminal, for any program to open')
    .option('--link <path>', 'keep a symbolic link to the port there, for as long as the board is there')
    .addOption(
      new Option('--profile <name>', 'what the board measures')
        .choices(profileNames)
        .default('constant')
        .conflicts('from'),
    )
    .addOption(
      new Option('--seed <number>', "a whole number that decides noise, faults and the board's UID")
        .default(1)
        .argParser(checked(parseSeed)),
    )
    .addOption(
      new Option('--latency <time>', 'how long the board takes to answer, such as 1ms or 0.5ms')
        .default(0, 'none')
        .argParser(checked(parseDurationMs)),
    )
    .option(
      '--from <capture>',
      "answer with a capture's frames (.plog) in order, one a request, over and over",
    )
    .addOption(
      new Option('--fault <list>', 'what goes wrong, and how often; see below').argParser(
        checked(parseFaults),
      ),
    )
    .option('--report <file>', 'write what was asked and what went wrong there at the end, as JSON')
    .addOption(forceOption())
    .addHelpText('after', help)
    .action(simulate);
}

function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seed < 2 ** 32)) throw usageError(`a seed is a whole number from 0 to ${2 ** 32 - 1}`);
  return seed;
}

async function simulate(options: SimulateOptions): Promise<void> {
  const [{ startSimulator }, { openForWriting }] = await Promise.all([
    import('../simulator/server.js'),
    import('../sink/safe-open.js'),
  ]);
  const say = (text: string) => console.error(`powerlog: ${text}`);
  let frames: Uint8Array | undefined;
  if (options.from !== undefined) {
    const { readCapturedFrames } = await import('../source/captured-frames.js');
    frames = await readCapturedFrames(options.from, say);
  }
  const report =
    options.report === undefined ? undefined : openForWriting(options.report, options.force ?? false);
  const service = endOfService();
  const simulator = await startSimulator({
    profile: options.profile,
    seed: options.seed,
    latencyMs: options.latency,
    ...(options.fault ? { faults: options.fault } : {}),
    ...(frames ? { frames } : {}),
    ...(options.link === undefined ? {} : { link: options.link }),
    onReplug: (path) => say(`the board is back at ${path}`),
    onFailure: service.fail,
  }).catch(service.fail);
  if (!simulator) return service.ended;
  console.log(simulator.path);
  say(`a simulated BENCHLAB (${options.from ?? options.profile}) is at ${simulator.path}; Ctrl-C ends it`);
  try {
    await service.ended;
  } finally {
    await simulator.stop();
    const stats = simulator.stats();
    if (report) writeReport(report, stats);
    say(`answered ${plural(stats.requests.sensors, 'request')} for readings`);
  }
}

function writeReport({ fd, path, regular }: OpenedOutput, stats: SimulatorStats): void {
  try {
    if (regular) ftruncateSync(fd);
    writeFileSync(fd, `${JSON.stringify(stats, null, 2)}\n`);
    closeSync(fd);
  } catch (error) {
    throw outputError(`--report: ${path} could not be written: ${errorText(error)}`, error);
  }
}

interface Service {
  /** Settles when somebody ends it; keeps the process alive until then. */
  readonly ended: Promise<void>;
  readonly fail: (error: unknown) => void;
}

function endOfService(): Service {
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    const keepAlive = setInterval(() => {}, 2 ** 30);
    const end = (settle: () => void) => {
      clearInterval(keepAlive);
      settle();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end(resolve));
    fail = (error) => end(() => reject(error));
  });
  return { ended, fail };
}
