import { Prefixes } from '../prefixes.js';
import { type AskedReader, type ReaderEnvironment, SensorTrouble } from '../reader.js';
import type { SensorColumn, SensorIdentity } from '../sensor.js';
import { beginNvml } from './begin.js';
import { CpuShare } from './cpu-share.js';
import { Gpu } from './gpu.js';
import { answerOf, findGpus } from './gpus.js';
import type { Nvml } from './library.js';
import { looksAtAQuarter, plainPowerWindowS } from './power-meaning.js';
import { ReturnCode, returnCodeName } from './return-code.js';

/** By card NVIDIA's values change every 20 to 100 ms (arXiv 2312.02741). */
const usualPeriodMs = 100;
const shortestMs = 10;
/**
 * Share of a core that the energy counters may take. An H200's takes 3 to 6 ms of CPU a call, measured, which at each reading would be
 * an eighth of a core; where it takes as little as a power does, it is asked at each reading all the same.
 */
const countersShare = 0.005;

/** @throws SensorTrouble */
export async function openNvml({
  tell,
  known,
  intervalMs,
  thorough,
}: ReaderEnvironment): Promise<AskedReader> {
  const library = beginNvml();
  try {
    const share = thorough || intervalMs !== null ? Number.POSITIVE_INFINITY : countersShare;
    const gpus = findGpus(library, new Prefixes(known), (handle, prefix, isNew) => {
      const gpu = new Gpu(library, handle, prefix);
      if (isNew)
        for (const { what, code } of gpu.unsupported)
          tell('sensor-missing', `${gpu.title} has no ${what}: ${returnCodeName(code)}`);
      return gpu;
    });
    return new NvmlReader(library, gpus, share, tell);
  } catch (error) {
    library.shutdown();
    throw error;
  }
}

class NvmlReader implements AskedReader {
  readonly usualPeriodMs = usualPeriodMs;
  readonly shortestMs = shortestMs;
  readonly identity: SensorIdentity;
  readonly columns: readonly SensorColumn[];
  readonly #nvml: Nvml;
  readonly #gpus: readonly Gpu[];
  /** Where each GPU's columns begin. */
  readonly #starts: readonly number[];
  readonly #counters: CpuShare;
  readonly #tell: ReaderEnvironment['tell'];
  #isOpen = true;

  /** @param share of a core, that the counters may take */
  constructor(library: Nvml, gpus: readonly Gpu[], share: number, tell: ReaderEnvironment['tell']) {
    this.#nvml = library;
    this.#gpus = gpus;
    this.#counters = new CpuShare(share);
    this.#tell = tell;
    this.columns = gpus.flatMap((gpu) => gpu.columns);
    this.#starts = gpus.map((_, n) => gpus.slice(0, n).reduce((sum, { columns }) => sum + columns.length, 0));
    this.identity = {
      product: 'NVIDIA NVML',
      driver: answerOf(library.driverVersion()),
      devices: gpus.map((gpu) => gpu.device),
      meaning: gpus.map(meaningOf).join('; '),
    };
  }

  /** @throws SensorTrouble where nothing could be read: NVML has to be begun anew */
  read(values: Float64Array): void {
    const failures = this.#gpus.map((gpu, n) => gpu.readPowers(values, this.#starts[n]!));
    // A row in which there is nothing says that the card is away.
    if (this.#counters.isDue(performance.now()) || values.every(Number.isNaN)) {
      const beforeMs = cpuMs();
      for (const [n, gpu] of this.#gpus.entries()) failures[n] ||= gpu.readEnergies(values, this.#starts[n]!);
      this.#counters.spent(cpuMs() - beforeMs, performance.now());
    }
    let firstFailure: number = ReturnCode.success;
    for (const [n, failure] of failures.entries()) {
      if (failure === ReturnCode.success) continue;
      firstFailure ||= failure;
      this.#tell('sensor-lost', `${this.#gpus[n]!.title} could not be read: ${returnCodeName(failure)}`);
    }
    if (firstFailure !== ReturnCode.success && values.every(Number.isNaN))
      throw new SensorTrouble('sensor-lost', `no GPU could be read: ${returnCodeName(firstFailure)}`);
  }

  flush(): void {
    this.#counters.expire();
  }

  close(): void {
    if (this.#isOpen) this.#nvml.shutdown();
    this.#isOpen = false;
  }
}

/** What this process has cost so far: the driver computes while a call waits for it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What the powers of one GPU are, as NVIDIA says or others have measured. */
function meaningOf({ device: { prefix }, hasInstant, facts, instances }: Gpu): string {
  const plainS = plainPowerWindowS(facts);
  const plain =
    plainS === null
      ? 'power as nvmlDeviceGetPowerUsage gives it, of which nobody says over how long it is averaged'
      : plainS === 0
        ? 'instant power as nvmlDeviceGetPowerUsage gives it'
        : 'power averaged over 1 s (nvmlDeviceGetPowerUsage)';
  const parts = [`${prefix}_power_w is ${hasInstant ? 'instant power (field 186)' : plain}`];
  if (hasInstant && plainS !== null)
    parts.push(`${prefix}_plain_power_w is ${plainS === 0 ? 'the same' : 'averaged over 1 s'}`);
  if (looksAtAQuarter(facts))
    parts.push('such a card was measured to look at 25 % of the time (arXiv 2312.02741)');
  if (instances !== null)
    parts.push(
      `${prefix} is divided (MIG), and its power is that of all instances${instances.length > 0 ? `: ${instances.join(' ')}` : ''}`,
    );
  return parts.join(', ');
}
