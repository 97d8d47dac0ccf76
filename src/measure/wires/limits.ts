import type { Layout } from '../../board/board.js';

/** Above which a single wire of a connector is an alarm. Keys are those of the summary and of a capture's header. */
export interface WireLimits {
  readonly current_a: number;
  /** Of its connector's current; null for half as much again as an even share: 25 % of six wires. */
  readonly share: number | null;
}

/**
 * 9.2 A is what a power pin of 12VHPWR and 12V-2x6 is rated for, with a rise of 30 °C and all twelve carrying it: Intel's ATX 3.0
 * design guide (document 336521, 5.2.2.4.3), after PCI Express CEM 5.0.
 */
export const defaultWireLimits: WireLimits = { current_a: 9.2, share: null };

/** Of a connector's even share. */
const shareOfEven = 1.5;

/**
 * Shares are judged where the connector carries this much: below, all of it in one wire would hardly be more than a pin is rated
 * for, and what sensors are off by with no load, tenths of an ampere, would make shares.
 */
export const leastConnectorMa = 10_000;

/** The share that is the limit of a wire of this rail's connector. */
export const shareLimitOf = ({ share }: WireLimits, { wires }: Pick<Layout, 'wires'>, rail: number): number =>
  share ?? shareOfEven / wires.filter(({ partOf }) => partOf === rail).length;
