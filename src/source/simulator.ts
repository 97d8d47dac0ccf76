import { usageError } from '../errors.js';
import { makeBoardModel } from '../simulator/model.js';
import { type ProfileName, profileNames } from '../simulator/profile-names.js';
import { NoPseudoTerminal } from '../simulator/pseudo-terminal.js';
import { type Simulator, startSimulator } from '../simulator/server.js';
import { LiveSource } from './live.js';
import { type OpenOptions, openBoard } from './open-board.js';
import type { Recording, RecordingOptions, Source } from './source.js';

const defaultProfile: ProfileName = 'constant';
/** Answers as soon as a board can: a request and its reply take one frame of USB at full speed. */
const usbLatencyMs = 1;

/**
 * `--port sim[:PROFILE]`: the board model on a pseudo-terminal of this system, read like any board; without
 * pseudo-terminals an in-process link, which is said.
 * @throws UserError (usage) for an unknown profile
 */
export async function openSimulator(profileName: string | undefined, options: OpenOptions): Promise<Source> {
  const profile = profileNames.find((name) => name === (profileName ?? defaultProfile));
  if (!profile)
    throw usageError(`there is no simulator profile '${profileName}'; there are ${profileNames.join(', ')}`);
  let simulator: Simulator;
  try {
    simulator = await startSimulator({ profile, latencyMs: usbLatencyMs });
  } catch (error) {
    if (!(error instanceof NoPseudoTerminal)) throw error;
    options.onNotice(`${error.message}; the simulator is linked in-process`);
    return openInProcess(profile, options);
  }
  try {
    return new SimulatorSource(await openBoard(simulator.path, options), simulator);
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

/** A board whose other end is ours too. */
class SimulatorSource implements Source {
  readonly board;
  readonly identity;

  constructor(
    private readonly source: Source,
    private readonly simulator: Simulator,
  ) {
    this.board = source.board;
    this.identity = source.identity;
  }

  start(options: RecordingOptions): Recording {
    return this.source.start(options);
  }

  async close(): Promise<void> {
    await this.source.close();
    await this.simulator.stop();
  }
}

async function openInProcess(profile: ProfileName, options: OpenOptions): Promise<Source> {
  const [{ openAsyncLink }, { ModelWire }] = await Promise.all([
    import('../link/stream-link.js'),
    import('../link/model-wire.js'),
  ]);
  const model = makeBoardModel({ profile });
  const wire = new ModelWire((byte) => model.reply(byte, Number(process.hrtime.bigint())));
  const link = await openAsyncLink('in-process', 'sim', wire, async () => {});
  return new LiveSource(link, { onNotice: options.onNotice, reconnect: async () => undefined });
}
