import { realpathSync } from 'node:fs';
import { inputError, usageError } from '../../errors.js';
import type { OptionNames } from '../../foreign/foreign-track.js';
import { readRested } from '../../report/rested.js';
import type { Series } from '../../report/series.js';
import type { Sink } from '../../sink/sink.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import { comparedPhases } from './recording-facts.js';
import type { Side } from './side.js';

const wattsPerMw = 1e-3;

/**
 * A capture's samples of one power.
 * @param asked a component, a rail or a wire, or the name of its column; the system's where absent
 * @throws UserError (usage) where there is none of that name; (badInput) where it holds no samples
 */
export async function openCaptureSide(
  path: string,
  asked: string | undefined,
  names: OptionNames,
): Promise<Side> {
  let sink: PowerSink | undefined;
  const rested = await readRested(path, {
    sinks: ({ series }) => {
      sink = new PowerSink(chosenSeries(series, asked, path, names));
      return [sink];
    },
  });
  if (!sink || sink.count === 0) throw inputError(`${path} holds no samples`);
  const { summary, told, header } = rested;
  const { startUnixUs } = header;
  return {
    ...{
      path,
      column: `${sink.series.name}_power_w`,
      source: summary.board.product,
      quantity: 'power',
      unit: 'W',
    },
    ...{ clock: { kind: 'recording', startUnixUs }, originUs: startUnixUs ?? 0, resolutionUs: 1, uuid: null },
    ...sink.take(),
    recording: {
      id: realpathSync(path),
      accuracyShare: summary.uncertainty.accuracy_share,
      ...{ phases: comparedPhases(told), devices: [] },
    },
    guesses: [],
    remarks: rested.damage === null ? [] : [rested.damage],
  };
}

function chosenSeries(
  series: readonly Series[],
  asked: string | undefined,
  path: string,
  { column }: OptionNames,
): Series {
  const name = asked?.replace(/_power_w$/, '');
  const found = name === undefined ? series[0] : series.find((each) => each.name === name);
  if (found) return found;
  throw usageError(
    `${column} ${asked}: ${path} has no such power; it has ${series.map((each) => each.name).join(', ')}`,
  );
}

/** Keeps one power of all samples. */
class PowerSink implements Sink {
  count = 0;
  #timeUs: Float64Array[] = [];
  #powerMw: Int32Array[] = [];

  constructor(readonly series: Series) {}

  begin(): void {}

  write(block: SampleBlock): void {
    const { count, timeUs } = block;
    if (count === 0) return;
    this.#timeUs.push(timeUs.slice(0, count));
    this.#powerMw.push(new Int32Array(this.series.of(block).subarray(0, count)));
    this.count += count;
  }

  async finish(): Promise<void> {}

  /** All of them; nothing is kept. */
  take(): { timeUs: Float64Array; value: Float64Array } {
    const timeUs = new Float64Array(this.count);
    let at = 0;
    for (const piece of this.#timeUs) {
      timeUs.set(piece, at);
      at += piece.length;
    }
    this.#timeUs = [];
    const value = new Float64Array(this.count);
    at = 0;
    for (const piece of this.#powerMw) for (const mw of piece) value[at++] = mw * wattsPerMw;
    this.#powerMw = [];
    return { timeUs, value };
  }
}
