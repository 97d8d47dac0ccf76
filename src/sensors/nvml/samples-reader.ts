import { type ClockAnchor, readClockAnchor } from '../../clock.js';
import { errorText } from '../../errors.js';
import { startTimer } from '../../timer.js';
import { Prefixes } from '../prefixes.js';
import { type ReaderEnvironment, SensorTrouble, type TalkingReader } from '../reader.js';
import type { SensorColumn, SensorDevice, SensorIdentity } from '../sensor.js';
import { beginNvml } from './begin.js';
import { answerOf, deviceOf, findGpus, titleOf } from './gpus.js';
import type { DeviceHandle, Nvml } from './library.js';
import { isPlausibleW } from './power-meaning.js';
import { PowerSamples } from './power-samples.js';
import { isForbidden, isUnsupported, ReturnCode, returnCodeName } from './return-code.js';

/** How often the driver is asked for its samples, ms; an H200's keeps those of 2.4 s, and takes 0.4 to 0.7 ms of CPU to give them. */
const askEveryMs = 250;
/** Until the first sample has come, and for no longer than this, ms. */
const first = { askEveryMs: 20, forMs: 1000 };
/** The wall clock, by which samples are stamped, is read anew where it is off by more than this, ms, and has been set where by more than that. */
const clockOff = { someMs: 3, setMs: 100 };
/** Of several cards, how long the samples of one may come later than those of another, µs. */
const lateUs = 100_000;
/** It is begun anew after this long, ms, and then after twice as long each time. */
const retryMs = { first: 1000, longest: 5000 };

/** One GPU that keeps samples. */
interface SampledGpu {
  readonly handle: DeviceHandle;
  readonly device: SensorDevice;
  /** Up to when its samples have been taken, UTC µs. */
  takenUs: number;
}

interface Row {
  readonly stampUs: number;
  readonly column: number;
  readonly powerW: number;
}

/** @throws SensorTrouble */
export async function openNvmlSamples(environment: ReaderEnvironment): Promise<TalkingReader> {
  const nvml = beginNvml();
  try {
    return new SamplesReader(nvml, environment);
  } catch (error) {
    nvml.shutdown();
    throw error;
  }
}

/**
 * The powers that the driver samples by itself and keeps for a while. A row is of when a sample was taken, not of when it was asked for,
 * and of one GPU.
 */
class SamplesReader implements TalkingReader {
  readonly identity: SensorIdentity;
  readonly columns: readonly SensorColumn[];
  /** Of the last row: time does not run back in them. */
  handed: ClockAnchor | undefined;
  readonly #environment: ReaderEnvironment;
  readonly #row: Float64Array;
  readonly #samples = new PowerSamples();
  /** Undefined while it is away. */
  #nvml: Nvml | undefined;
  #gpus: readonly SampledGpu[];
  #take: (values: Float64Array, atNs: bigint) => void = () => {};
  #cancelTimer: () => void = () => {};
  #retryMs = retryMs.first;
  #anchor: ClockAnchor = readClockAnchor();
  /** Of several GPUs, those that another may have an older one to. */
  #waiting: readonly Row[] = [];
  #firstUntilMs = 0;

  /** @throws SensorTrouble */
  constructor(nvml: Nvml, environment: ReaderEnvironment) {
    this.#nvml = nvml;
    this.#environment = environment;
    this.#gpus = this.#find(nvml, environment.known);
    const devices = this.#gpus.map(({ device }) => device);
    this.columns = devices.map((device) => ({
      ...{ name: `${device.prefix}_power_w`, decimals: 3, quantity: 'power', partOf: null },
      title: `${device.prefix}, power that the driver sampled`,
    }));
    this.#row = new Float64Array(devices.length).fill(Number.NaN);
    this.identity = {
      product: 'NVIDIA NVML, samples of the driver',
      ...{ driver: answerOf(nvml.driverVersion()), devices },
      meaning:
        'power_w is what the driver samples by itself (nvmlDeviceGetSamples, NVML_TOTAL_POWER_SAMPLES), of which nobody says over how long it is averaged',
    };
  }

  listen(take: (values: Float64Array, atNs: bigint) => void): void {
    this.#take = take;
    this.#firstUntilMs = performance.now() + first.forMs;
    this.handed = this.#environment.handed;
    this.#anchor = this.handed ?? readClockAnchor();
    for (const gpu of this.#gpus)
      gpu.takenUs = this.handed?.unixUs ?? Math.max(gpu.takenUs, this.#anchor.unixUs);
    this.#ask();
  }

  flush(): void {
    if (this.#nvml) this.#read(this.#nvml);
    this.#handOn(0);
  }

  close(): void {
    this.#cancelTimer();
    this.#nvml?.shutdown();
    this.#nvml = undefined;
  }

  /** Those that keep samples, as far as they have any now. @throws SensorTrouble where there are none */
  #find(nvml: Nvml, known: readonly SensorDevice[]): SampledGpu[] {
    const isNew = known.length === 0;
    const refusals: SensorTrouble[] = [];
    const found = findGpus(nvml, new Prefixes(known), (handle, prefix) => {
      const gpu = { handle, device: deviceOf(nvml, handle, prefix), takenUs: 0 };
      const code = nvml.powerSamples(handle, 0, this.#samples);
      if (code !== ReturnCode.notFound && isUnsupported(code)) {
        const why = `${titleOf(gpu.device)} keeps no samples of its power: ${returnCodeName(code)}`;
        refusals.push(new SensorTrouble(isForbidden(code) ? 'sensor-forbidden' : 'sensor-missing', why));
        return [];
      }
      // One that was not there before has no column.
      if (!isNew && !known.some((each) => each.prefix === prefix)) return [];
      // What was there already was before the recording.
      if (code === ReturnCode.success) gpu.takenUs = this.#lastStampUs;
      return [gpu];
    }).flat();
    if (found.length === 0)
      throw refusals[0] ?? new SensorTrouble('sensor-missing', 'no GPU that was there is there');
    if (isNew) for (const { code, message } of refusals) this.#environment.tell(code, message);
    return found;
  }

  get #lastStampUs(): number {
    let lastUs = 0;
    for (let n = 0; n < this.#samples.length; n++) lastUs = Math.max(lastUs, this.#samples.stampUs(n));
    return lastUs;
  }

  #after(ms: number, act: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = startTimer(ms, act);
  }

  #ask(): void {
    const nvml = this.#nvml;
    if (!nvml) return;
    const failure = this.#read(nvml);
    if (failure !== null) {
      this.#lose(nvml, `no GPU could be read: ${returnCodeName(failure)}`);
      return;
    }
    this.#retryMs = retryMs.first;
    const isFirst = !this.handed && performance.now() < this.#firstUntilMs;
    this.#after(isFirst ? first.askEveryMs : askEveryMs, () => this.#ask());
  }

  /** Takes what there is of each GPU. Returns why, where none could be read. */
  #read(nvml: Nvml): number | null {
    this.#watchClock();
    const rows = [...this.#waiting];
    const failures: number[] = [];
    for (const gpu of this.#gpus) {
      const code = nvml.powerSamples(gpu.handle, gpu.takenUs, this.#samples);
      if (code === ReturnCode.success) {
        rows.push(...this.#rowsOf(gpu));
        gpu.takenUs = Math.max(gpu.takenUs, this.#lastStampUs);
      } else if (code !== ReturnCode.notFound) {
        failures.push(code);
        const why = `${titleOf(gpu.device)} could not be read: ${returnCodeName(code)}`;
        if (failures.length < this.#gpus.length) this.#environment.tell('sensor-lost', why);
      }
    }
    this.#waiting = rows.sort((a, b) => a.stampUs - b.stampUs);
    this.#handOn(this.#gpus.length > 1 ? lateUs : 0);
    return failures.length === this.#gpus.length ? failures[0]! : null;
  }

  #rowsOf({ device, takenUs }: SampledGpu): Row[] {
    const column = this.columns.findIndex(({ name }) => name === `${device.prefix}_power_w`);
    const rows = Array.from({ length: this.#samples.length }, (_, n) => ({
      ...{ column, stampUs: this.#samples.stampUs(n), powerW: this.#samples.powerMw(n) / 1000 },
    })).filter(({ stampUs }) => stampUs > takenUs);
    const plausible = rows.filter(({ powerW }) => isPlausibleW(powerW));
    if (plausible.length < rows.length)
      this.#environment.tell('sensor-implausible', `${titleOf(device)} sampled what is no power`);
    return plausible;
  }

  /** Where the clock was set, stamps from before are of no use, and those behind begin anew. */
  #watchClock(): void {
    const { monotonicNs, unixUs } = this.#anchor;
    const passedMs = Number(process.hrtime.bigint() - monotonicNs) / 1e6;
    if (Math.abs(Date.now() - passedMs - unixUs / 1000) < clockOff.someMs) return;
    this.#anchor = readClockAnchor();
    // Once more, since this process may have been stopped between the two clocks.
    const setUs = this.#anchor.unixUs - unixUs - Number(this.#anchor.monotonicNs - monotonicNs) / 1000;
    if (Math.abs(setUs) < clockOff.setMs * 1000) return;
    for (const gpu of this.#gpus) gpu.takenUs = this.#anchor.unixUs;
    this.#waiting = [];
    this.#environment.tell('sensor-overrun', 'the clock was set: its samples shortly before are left out');
  }

  /** @param lateUs what is newer than so long ago waits */
  #handOn(lateUs: number): void {
    const { monotonicNs, unixUs } = this.#anchor;
    const nowNs = process.hrtime.bigint();
    const upToNs = nowNs - BigInt(lateUs * 1000);
    const nsOf = ({ stampUs }: Row): bigint => monotonicNs + BigInt(Math.round((stampUs - unixUs) * 1000));
    for (const row of this.#waiting) {
      const atNs = nsOf(row);
      if (atNs > upToNs || (this.handed && atNs < this.handed.monotonicNs)) continue;
      this.handed = { monotonicNs: atNs, unixUs: row.stampUs };
      this.#row[row.column] = row.powerW;
      this.#take(this.#row, atNs);
      this.#row[row.column] = Number.NaN;
    }
    this.#waiting = this.#waiting.filter((row) => nsOf(row) > upToNs);
  }

  /** What follows is not known until the driver is back. */
  #lose(nvml: Nvml, why: string): void {
    this.#environment.tell('sensor-lost', why);
    this.handed = { monotonicNs: process.hrtime.bigint(), unixUs: Date.now() * 1000 };
    this.#take(this.#row, this.handed.monotonicNs);
    nvml.shutdown();
    this.#nvml = undefined;
    this.#after(this.#retryMs, () => this.#again());
  }

  #again(): void {
    this.#retryMs = Math.min(2 * this.#retryMs, retryMs.longest);
    try {
      const nvml = beginNvml();
      this.#nvml = nvml;
      this.#gpus = this.#find(nvml, this.identity.devices);
      this.#ask();
    } catch (error) {
      this.#environment.tell('sensor-lost', errorText(error));
      this.#nvml?.shutdown();
      this.#nvml = undefined;
      this.#after(this.#retryMs, () => this.#again());
    }
  }
}
