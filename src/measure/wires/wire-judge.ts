/** So many in a row have to be over a limit: an excursion that is no longer than a window lies in two at most, whatever its size. */
const windowsOver = 3;
/** An alarm lasts while means reach this share of its limit, so that noise there is one alarm. */
const releaseShare = 0.95;
/** And it is over when they have not for this long, so that a load which swings is one alarm, µs. */
const calmUs = 1e6;
type WireAlarmKind = 'current' | 'share';

/** A wire over a limit: an alarm, as far as it has come. */
export interface WireAlarm {
  /** An index into the board's wires. */
  readonly wire: number;
  readonly kind: WireAlarmKind;
  /** mA, or a share. */
  readonly limit: number;
  readonly beganUs: number;
  /** Null while it lasts. */
  readonly endedUs: number | null;
  /** Where it was highest: the mean current, and its share of the connector's current, NaN where that is not judged. */
  readonly currentMa: number;
  readonly share: number;
}

/** How often, how long and how far a wire was over a limit. */
export interface WireTally {
  readonly kind: WireAlarmKind;
  /** mA, or a share. */
  readonly limit: number;
  readonly times: number;
  readonly totalUs: number;
  readonly firstUs: number;
  /** In the unit of the limit. */
  readonly highest: number;
  /** It was still over when last seen. */
  readonly isOpen: boolean;
}

/** A wire's means over a window. */
interface WireWindow {
  readonly startUs: number;
  readonly lastUs: number;
  readonly currentMa: number;
  readonly share: number;
}

/** One wire and one limit. */
export class WireJudge {
  open: WireAlarm | null = null;
  #times = 0;
  #pastUs = 0;
  #firstUs = 0;
  #highest = 0;
  /** Windows in a row that were over, and the highest of them. */
  #over = 0;
  #overSinceUs = 0;
  #peak: WireWindow | null = null;
  #lastHighUs = 0;

  constructor(
    readonly wire: number,
    readonly kind: WireAlarmKind,
    readonly limit: number,
  ) {}

  get tally(): WireTally | null {
    if (this.#times === 0) return null;
    const { kind, limit, open } = this;
    const totalUs = this.#pastUs + (open ? this.#lastHighUs - open.beganUs : 0);
    return {
      ...{ kind, limit, totalUs, times: this.#times, firstUs: this.#firstUs, highest: this.#highest },
      isOpen: open !== null,
    };
  }

  /** The alarm that began, or ended, with this window. */
  take(window: WireWindow): WireAlarm | null {
    const value = this.#valueOf(window);
    if (this.open) {
      if (value > this.#valueOf(this.open)) this.open = { ...this.open, ...valuesOf(window) };
      if (value > this.#highest) this.#highest = value;
      if (value >= this.limit * releaseShare) this.#lastHighUs = window.lastUs;
      else if (window.lastUs - this.#lastHighUs >= calmUs) return this.#end();
      return null;
    }
    if (!(value > this.limit)) {
      this.#over = 0;
      return null;
    }
    if (this.#over++ === 0) {
      this.#overSinceUs = window.startUs;
      this.#peak = null;
    }
    if (!this.#peak || value > this.#valueOf(this.#peak)) this.#peak = { ...window };
    return this.#over < windowsOver ? null : this.#begin(window);
  }

  /** What comes next is not known to belong to what was. */
  cut(): WireAlarm | null {
    this.#over = 0;
    return this.open && this.#end();
  }

  #begin({ lastUs }: WireWindow): WireAlarm {
    const { wire, kind, limit } = this;
    const beganUs = this.#overSinceUs;
    this.open = { wire, kind, limit, beganUs, endedUs: null, ...valuesOf(this.#peak!) };
    if (this.#times++ === 0) this.#firstUs = beganUs;
    this.#highest = Math.max(this.#highest, this.#valueOf(this.#peak!));
    this.#lastHighUs = lastUs;
    return this.open;
  }

  #end(): WireAlarm {
    const ended = { ...this.open!, endedUs: this.#lastHighUs };
    this.#pastUs += this.#lastHighUs - ended.beganUs;
    this.#over = 0;
    this.open = null;
    return ended;
  }

  #valueOf({ currentMa, share }: Pick<WireWindow, 'currentMa' | 'share'>): number {
    return this.kind === 'current' ? currentMa : share;
  }
}

const valuesOf = ({ currentMa, share }: WireWindow) => ({ currentMa, share });
