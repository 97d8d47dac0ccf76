import { closeSync, ftruncateSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { boardIds } from '../../board/catalogue.js';
import { powerSensor3Id } from '../../board/powersensor3/powersensor3.js';
import { isStreaming } from '../../board/streaming.js';
import { errorText, outputError, usageError } from '../../errors.js';
import { endSignals } from '../../exec/start/ignored.js';
import type { OpenedOutput } from '../../file/safe-open.js';
import type { BoardChoice } from '../../simulator/board-choice.js';
import { type FaultPlan, parseFaults } from '../../simulator/faults.js';
import type { SimulatorStats } from '../../simulator/port/tally.js';
import { type ProfileName, profileNames } from '../../simulator/profile-names.js';
import { parseDurationMs, plural } from '../../units.js';
import { checked, forceOption } from '../options.js';
import { print, tell } from '../terminal/say.js';

const help = `
The port's path is the first and only line on standard output. Any program that speaks to a BENCHLAB can open it.

Boards and firmware: benchlab 2 … 6, benchlab2 3 … 7, pmd2, pmd2x, wireview; the newest is the default, and another number is answered as by the
nearest older one. From benchlab 5 and benchlab2 6 on the board greets by itself when its port is opened. powersensor3 is not
asked but talks: it takes a profile and a seed alone.

Profiles:
  constant    400 W for ever: CPU 60 W, GPU 300 W, motherboard 40 W; no noise
  square      120 W and 500 W in turn, one second each; no noise
  idle, train, inference   shapes of a real machine's load, with noise that depends on --seed

Faults, each with its chance per reply (drop:1e-4), except unplug with its times:
  drop repeat stray double short silent wrong slow garble    late:CHANCE[:TIME]    unplug:PERIOD[:AWAY]

Examples:
  $ powerlog simulate --link /tmp/benchlab0              a board at /tmp/benchlab0, until Ctrl-C
  $ powerlog simulate --profile square --latency 1ms     as quick as a real one
  $ powerlog simulate --board benchlab2 --firmware 6     another board, another firmware
  $ powerlog simulate --board benchlab2 --imbalance 0.4 --raise imbalance_hpwr1:5s   a wire that carries too much
  $ powerlog simulate --board powersensor3 --profile train   one that talks, 20,000 times a second
  $ powerlog simulate --profile train --update 10ms      a board that has something new a hundred times a second
  $ powerlog simulate --miscalibrated eps1:1.02:50mA     a rail to try calibrating
  $ powerlog simulate --from run.plog                    answers with recorded frames, over and over
  $ powerlog simulate --fault drop:1e-4,unplug:60s:5s    rehearse what can go wrong

docs/simulator.md says what each profile's watts and each fault's bytes are.`;

interface SimulateOptions extends BoardChoice {
  readonly link?: string;
  readonly profile: ProfileName;
  readonly latency: number;
  readonly greeting: number;
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
    .option(
      '--board <id>',
      `which board: ${[...boardIds, powerSensor3Id].join(', ')}, or a file that describes one (.json)`,
      'benchlab',
    )
    .option('--firmware <number>', 'which firmware (default: the newest that is known)')
    .option('--name <text>', "the board's name, as its user typed it (default: powerlog simulator)")
    .option(
      '--seed <number>',
      "a whole number that decides noise, faults, calibration and the board's UID",
      '1',
    )
    .option(
      '--imbalance <share>',
      "how much of a connector's current its first wire carries, such as 0.4 (boards that measure wires)",
    )
    .option(
      '--raise <bit[:after[:for]]>',
      'raise a fault bit, such as ocp_hpwr1_w3:2s:500ms (boards that tell of faults)',
    )
    .option(
      '--miscalibrated <rail:gain:offset[:gain]>',
      'a rail reads its current times a gain and off by an offset, and its voltage times another: eps1:1.02:50mA:0.995',
    )
    .addOption(
      new Option(
        '--update <time>',
        'how often the readings are new, such as 10ms; between that they stand still (default: at each question)',
      ).conflicts('from'),
    )
    .addOption(
      new Option('--greeting <time>', 'how long after the opening the board greets, where it does; or never')
        .default(0, 'at once')
        .argParser(
          checked((text: string) => (text === 'never' ? Number.POSITIVE_INFINITY : parseDurationMs(text))),
        ),
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

async function simulate(options: SimulateOptions): Promise<void> {
  if (options.report === '-')
    throw usageError('--report is a file; standard output (-) is where the port is told');
  const [{ startSimulator }, { chooseBoard }, { openForWriting }, { refuseSharedFiles }] = await Promise.all([
    import('../../simulator/port/server.js'),
    import('../../simulator/board-choice.js'),
    import('../../file/safe-open.js'),
    import('../../file/shared-files.js'),
  ]);
  const named = (role: string, path: string | undefined) => (path === undefined ? [] : [{ role, path }]);
  refuseSharedFiles(named('--report', options.report), [
    ...named('--link', options.link),
    ...named('--from', options.from),
  ]);
  let model = await chooseBoard(options);
  const talks = model.talks || (model.own !== undefined && isStreaming(model.own));
  if (talks && (options.from !== undefined || Object.keys(options.fault?.rates ?? {}).length > 0))
    throw usageError(
      'one that talks is played from a profile, and of all faults only unplugged: a reply is what the others befall',
    );
  if (options.from !== undefined) {
    const { readCapturedFrames } = await import('../../source/captured-frames.js');
    // Whose frames they are is said by the capture.
    model = { ...model, ...(await readCapturedFrames(options.from, tell)) };
  }
  const report =
    options.report === undefined ? undefined : openForWriting(options.report, options.force ?? false);
  const service = endOfService();
  const simulator = await startSimulator({
    ...model,
    profile: options.profile,
    latencyMs: options.latency,
    greetingMs: options.greeting,
    ...(options.fault ? { faults: options.fault } : {}),
    ...(options.link === undefined ? {} : { link: options.link }),
    onReplug: (path) => tell(`the board is back at ${path}`),
    onFailure: service.fail,
  }).catch(service.fail);
  if (!simulator) return service.ended;
  try {
    print(`${simulator.path}\n`);
  } catch (error) {
    await simulator.stop(); // where nobody can learn the port's path, there is nothing to play for
    service.fail(error);
    return service.ended;
  }
  try {
    const which = model.own
      ? model.own.product
      : model.talks
        ? 'PowerSensor3'
        : `${model.board!.product} with firmware ${model.board!.firmware}`;
    tell(`a simulated ${which} (${options.from ?? options.profile}) is at ${simulator.path}; Ctrl-C ends it`);
    await service.ended;
  } finally {
    await simulator.stop();
    const stats = simulator.stats();
    if (report) writeReport(report, stats);
    if (!talks) tell(`answered ${plural(stats.requests.sensors, 'request')} for readings`);
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
    for (const signal of endSignals()) process.once(signal, () => end(resolve));
    fail = (error) => end(() => reject(error));
  });
  return { ended, fail };
}
