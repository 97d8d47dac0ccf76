import { inputError } from '../../errors.js';
import { unitNamed } from '../../foreign/meaning/units.js';
import { formatSi } from '../../units.js';
import { type CountedSpan, countedSpans } from './counted-spans.js';
import { nameOf } from './open-side.js';
import { lengthUs, type Side } from './side.js';

const usPerS = 1e6;
/** Of those that there are, what numbers without a unit may be in; of two that do as well the first is taken. */
const powers = ['W', 'mW', 'kW', 'µW'].map((name) => unitNamed(name)!);
const energies = ['J', 'mJ', 'kJ', 'µJ', 'Wh', 'kWh'].map((name) => unitNamed(name)!);
const times = ['s', 'ms', 'µs', 'ns'].map((name) => unitNamed(name)!);
/** What no machine that is measured here takes. */
const mostW = 5000;
/** What nothing takes that has a plug. */
const impossibleW = 1e9;

/**
 * Of values without a unit, what they are in by their size beside the reference's, or by what machines take.
 * @throws UserError (badInput) where they are too large for any
 */
export function inWatts(side: Side, reference: Side | null): Side {
  if (side.unit !== null) return side;
  const plain = meanPower(side);
  const expected = (reference && meanPower(reference)) || null;
  const units = side.quantity === 'power' ? powers : energies;
  const { unit, scale } =
    expected !== null && expected > 0 && plain > 0
      ? nearest(units, plain, expected)
      : (units.find((each) => each.scale <= 1 && plain * each.scale <= mostW) ?? units[0]!);
  if (Math.abs(plain * scale) > impossibleW)
    throw inputError(
      `'${side.column}' of ${nameOf(side.path)} is no power: its numbers are about ${plain.toPrecision(3)}, which no unit makes one of a machine`,
    );
  const { value } = side;
  if (scale !== 1) for (let n = 0; n < value.length; n++) value[n]! *= scale;
  const why =
    expected === null
      ? `it is then about ${formatSi(plain * scale, 'W', 3)}`
      : `${nameOf(reference!.path)} takes about ${formatSi(expected, 'W', 3)}, it then about ${formatSi(plain * scale, 'W', 3)}`;
  const guess = `'${side.column}' of ${nameOf(side.path)} names no unit and is taken for ${unit}: ${why}`;
  return { ...side, unit, guesses: [...side.guesses, guess] };
}

/** Of instants that are numbers without a unit, what they are in by how long the reference is. */
export function inSeconds(side: Side, reference: Side): Side {
  const { clock, timeUs } = side;
  if (clock.kind !== 'elapsed' || clock.unit !== null) return side;
  // They were taken for seconds.
  const { unit, scale: unitUs } = nearest(times, lengthUs(side) / usPerS, lengthUs(reference));
  const scale = unitUs / usPerS;
  if (scale !== 1) for (let n = 0; n < timeUs.length; n++) timeUs[n]! *= scale;
  const guess = `the times of ${nameOf(side.path)} name no unit and are taken for ${unit}: it is then ${formatSi(lengthUs(side) / usPerS, 's', 3)} long`;
  return {
    ...side,
    clock: { kind: 'elapsed', unit },
    resolutionUs: side.resolutionUs * scale,
    guesses: [...side.guesses, guess],
  };
}

/** The unit in which a value comes nearest to what is expected, as a ratio; the first of those that are as near. */
function nearest<Unit extends { readonly scale: number }>(
  units: readonly Unit[],
  value: number,
  expected: number,
): Unit {
  const distance = ({ scale }: Unit) => Math.abs(Math.log10((value * scale) / expected));
  return units.reduce((best, each) => (distance(each) < distance(best) - 0.1 ? each : best));
}

/** A power's median, or how fast counted joules grow: in units that are taken for W and J. */
export function meanPower(side: Side): number {
  const { quantity, value } = side;
  if (quantity === 'energy') {
    const spans = countedSpans(side, [
      { startUs: Number.NEGATIVE_INFINITY, endUs: Number.POSITIVE_INFINITY },
    ]);
    const sum = (of: (span: CountedSpan) => number) => spans.reduce((before, each) => before + of(each), 0);
    const us = sum(({ startUs, endUs }) => endUs - startUs);
    return us > 0 ? (sum(({ energyJ }) => energyJ) * usPerS) / us : 0;
  }
  const stride = Math.max(1, Math.floor(value.length / 10_000));
  const some = value
    .filter((watts, n) => n % stride === 0 && !Number.isNaN(watts))
    .map(Math.abs)
    .sort();
  return some[Math.floor(some.length / 2)] ?? 0;
}
