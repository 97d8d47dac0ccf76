import { notZero } from '../../calibrate/impossible.js';
import { type MeterReadings, parseReadings, type RailPoint, zeroReading } from '../../calibrate/readings.js';
import { ExitCode, errorText, inputError, UserError } from '../../errors.js';
import { ownMap } from '../../measure/rail-map.js';
import { type RailMeans, RailWatch } from '../../session/calibration/rail-watch.js';
import { startRecording } from '../../session/record.js';
import type { Source } from '../../source/source.js';
import { fixed } from '../../units.js';
import { onEndSignal } from '../impatience.js';
import { notice } from '../terminal/notices.js';
import { say, tell } from '../terminal/say.js';
import type { CalibrateOptions } from './calibrate-options.js';
import { TypedLines } from './typed-lines.js';

/** Samples are handed over so often, ms: somebody looks on. */
const handOverMs = 100;
/** So often a load that is not steady is waited for. */
const mostTries = 5;

/**
 * Asks for one load after the other, and samples the rail meanwhile.
 * @returns null where somebody interrupted it
 * @throws UserError (boardLost) where the board went away; (badInput) where --zero finds a load
 */
export async function comparedAtBench(
  source: Source,
  rail: number,
  { zero, sample }: CalibrateOptions,
): Promise<RailPoint[] | null> {
  const { name } = source.board.rails[rail]!;
  const watch = new RailWatch(source.board, rail);
  const lines = new TypedLines();
  const recording = await startRecording({
    sources: [source],
    map: ownMap,
    calibrations: 'none',
    outputs: { columns: 'power' },
    sampling: { handOverMs },
    sinks: () => [watch],
    onNotice: notice,
  });
  const bench = new Bench(watch, name, sample * 1000, lines);
  const release = onEndSignal(() => {
    lines.interrupt();
    recording.stop();
  });
  try {
    say(
      'At each load: wait until the meter stands still, type what it shows (11.987 V 8.02 A; volts, amperes or both), and leave the load until the board has been sampled. An empty line ends.',
    );
    if (!zero || (await bench.takeZero())) while (await bench.takeLoad());
    return lines.interrupted ? null : bench.points;
  } finally {
    release();
    lines.close();
    recording.stop();
    await recording.ended.catch(() => {});
    await recording.close();
  }
}

class Bench {
  readonly points: RailPoint[] = [];
  readonly #watch: RailWatch;
  readonly #rail: string;
  readonly #sampleUs: number;
  readonly #lines: TypedLines;

  constructor(watch: RailWatch, rail: string, sampleUs: number, lines: TypedLines) {
    this.#watch = watch;
    this.#rail = rail;
    this.#sampleUs = sampleUs;
    this.#lines = lines;
  }

  /** False where nobody answers. */
  async takeZero(): Promise<boolean> {
    const line = await this.#lines.next(() => this.#prompt('connect nothing to it, and press Enter'));
    if (line === null) return false;
    return this.#compare({ voltage: null, current: zeroReading }, (why) => {
      throw inputError(`--zero: ${why}; nothing is written`);
    });
  }

  /** False where there are no more. */
  async takeLoad(): Promise<boolean> {
    const line = await this.#lines.next(() => this.#prompt(`point ${this.points.length + 1}`));
    if (line === null || line.trim() === '') return false;
    let readings: MeterReadings;
    try {
      readings = parseReadings(line);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tell(errorText(error));
      return true;
    }
    return this.#compare(readings, (why) => tell(`not taken as zero: ${why}`));
  }

  /** @returns false where somebody interrupted it. @param refuse takes why a zero is none */
  async #compare(reference: MeterReadings, refuse: (why: string) => void): Promise<boolean> {
    const means = await this.#means();
    if (!means) return false;
    const { board, samples, isSteady } = means;
    const why = notZero({ board, reference });
    if (why !== null) {
      refuse(why);
      return true;
    }
    this.points.push({ board, reference });
    const [voltage, current] = [board.voltage!, board.current!];
    const doubt = isSteady ? '' : '; it is not steady, and is taken as it is';
    say(
      `point ${this.points.length}: the board says ${fixed(voltage.value, 4)} V, ${fixed(current.value, 4)} A (${samples} samples${doubt})`,
    );
    return true;
  }

  /** Over as long as was asked for, once the rail stands still; null where somebody interrupted it. */
  async #means(): Promise<RailMeans | null> {
    let means: RailMeans | null = null;
    for (let tries = 0; tries < mostTries && !means?.isSteady; tries++) {
      if (means) say(`${this.#rail} is not steady yet; sampling again`);
      means = await this.#sampled();
      if (this.#lines.interrupted) return null;
      if (!means) throw new UserError('the board went away; nothing is written', ExitCode.boardLost);
    }
    return means;
  }

  /** From now on; null where nothing more comes. */
  async #sampled(): Promise<RailMeans | null> {
    let means: RailMeans | null = null;
    // A stretch without a sample is one in which this machine had better to do, as long as samples come behind it.
    while (!means && !this.#watch.isOver) {
      const fromUs = this.#watch.last?.us ?? 0;
      means = await this.#watch.between(fromUs, fromUs + this.#sampleUs);
    }
    return means;
  }

  #prompt(question: string): string {
    const { last } = this.#watch;
    const now = last ? `${fixed(last.voltageV, 3)} V ${fixed(last.currentA, 3)} A` : '–';
    return `${this.#rail} reads ${now} | ${question}: `;
  }
}
