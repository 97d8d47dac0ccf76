import { isStreaming } from '../board/streaming.js';
import { boardError } from '../errors.js';
import { parseSimulated } from '../simulator/board-choice.js';

import { type BoardModelOptions, makeBoardModel } from '../simulator/model.js';
import { NoPseudoTerminal } from '../simulator/port/pseudo-terminal.js';
import { type Simulator, startSimulator } from '../simulator/port/server.js';
import type { RecordingClock } from './clock-watch.js';
import { LiveSource } from './live.js';
import { type OpenOptions, openBoard } from './open-board.js';
import type { Recording, RecordingOptions, Source } from './source.js';

/** Answers as soon as a board can: a request and its reply take one frame of USB at full speed. */
const usbLatencyMs = 1;

/**
 * `--port sim[:PROFILE][,KEY=VALUE…]`: the board model on a pseudo-terminal of this system, read like any board; without
 * pseudo-terminals an in-process link, which is said.
 * @throws UserError (usage) for a profile or a board that there is not
 */
export async function openSimulator(text: string, options: OpenOptions): Promise<Source> {
  const { ordinal = 1 } = options;
  const own = ordinal > 1 ? { seed: ordinal, name: `powerlog simulator ${ordinal}` } : {};
  const model = { ...own, ...(await parseSimulated(text)) };
  let simulator: Simulator;
  try {
    simulator = await startSimulator({ ...model, latencyMs: usbLatencyMs });
  } catch (error) {
    if (!(error instanceof NoPseudoTerminal)) throw error;
    options.onNotice(`${error.message}; the simulator is linked in-process`);
    return openInProcess(model, options);
  }
  try {
    const { own = options.own } = model;
    return new SimulatorSource(await openBoard(simulator.path, { ...options, own }), simulator);
  } catch (error) {
    await simulator.stop();
    throw error;
  }
}

/** A board whose other end is ours too. */
class SimulatorSource implements Source {
  readonly board;
  readonly identity;

  readonly #source: Source;
  readonly #simulator: Simulator;

  constructor(source: Source, simulator: Simulator) {
    this.#source = source;
    this.#simulator = simulator;
    this.board = source.board;
    this.identity = source.identity;
  }

  start(clock: RecordingClock, options: RecordingOptions): Recording {
    return this.#source.start(clock, options);
  }

  async close(): Promise<void> {
    await this.#source.close();
    await this.#simulator.stop();
  }
}

async function openInProcess(modelOptions: BoardModelOptions, options: OpenOptions): Promise<Source> {
  const [{ openAsyncLink }, { ModelWire }] = await Promise.all([
    import('../link/stream/stream-link.js'),
    import('../link/stream/model-wire.js'),
  ]);
  const { talks, own } = modelOptions;
  if (talks || (own && isStreaming(own)))
    throw boardError(
      'an instrument that talks is simulated on a pseudo-terminal alone, which this system has not',
    );
  const model = makeBoardModel(modelOptions);
  const wire = new ModelWire((byte) => model.reply(byte, Number(process.hrtime.bigint())));
  const link = await openAsyncLink('in-process', 'sim', wire, async () => {}, own);
  return new LiveSource(link, { onNotice: options.onNotice, reconnect: null });
}
