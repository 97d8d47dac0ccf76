import { UserError } from '#powerlog/errors.js';
import { Random } from './random.js';

/** Something that reads foreign bytes. */
export interface Target {
  readonly name: string;
  /** Its share of all inputs, beside the others': more for what is quick. */
  readonly weight: number;
  /**
   * Makes an input from `random`, or the `n`th of all there are, and has it read. True where it was taken, false where
   * it was refused with a reason.
   * @throws anything but a UserError: a finding
   */
  readonly tryOne: (random: Random, n: number) => boolean | Promise<boolean>;
}

export interface Fuzzed {
  readonly target: string;
  readonly inputs: number;
  readonly refused: number;
  /** At most the first ten. */
  readonly failures: readonly string[];
}

/** An input that takes more of a core is a hang, or will be one. Wall time would only say how busy the machine is. */
const patienceMs = 5000;

/** Input `n` of a seed is the same whatever came before it. */
export async function fuzzTarget(
  target: Target,
  count: number,
  seed: number,
  onInput: (n: number) => void = () => {},
): Promise<Fuzzed> {
  let refused = 0;
  const failures: string[] = [];
  for (let n = 0; n < count && failures.length < 10; n++) {
    onInput(n);
    const random = new Random(Math.imul(seed, 0x85ebca6b) ^ Math.imul(n + 1, 0xc2b2ae35));
    const before = process.cpuUsage();
    try {
      const pending = target.tryOne(random, n);
      if (!(typeof pending === 'boolean' ? pending : await pending)) refused++;
    } catch (error) {
      if (error instanceof UserError && !/\n/.test(error.message)) refused++;
      else failures.push(`seed ${seed}, input ${n}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    if (tookMs > patienceMs)
      failures.push(`seed ${seed}, input ${n}: took ${tookMs.toFixed(0)} ms of a core`);
  }
  return { target: target.name, inputs: count, refused, failures };
}

/** What has to hold, or the input is a finding. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
