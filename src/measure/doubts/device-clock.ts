import type { DeviceClockSummary } from '../summary.js';

/** A clock that is off by more, in millionths, is told: a crystal is ten times better. */
const noticeablePpm = 1000;

/** What was last said of the clock of an instrument that talks. */
export class DeviceClockWatch {
  #rateErrorPpm: number | null = null;

  add(rateErrorPpm: number): void {
    this.#rateErrorPpm = rateErrorPpm;
  }

  /** As the summary tells it. */
  get summary(): DeviceClockSummary {
    return { rate_error_ppm: this.#rateErrorPpm };
  }

  /** What is to be said of it; null where it runs as it should. */
  get text(): string | null {
    const ppm = this.#rateErrorPpm;
    if (ppm === null || Math.abs(ppm) < noticeablePpm) return null;
    const percent = (Math.abs(ppm) / 1e4).toFixed(2);
    return `the instrument's clock runs ${percent} % ${ppm > 0 ? 'fast' : 'slow'} against this machine's, which instants are told by; energies rest on the latter too`;
  }
}
