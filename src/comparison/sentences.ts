import type { Estimate } from '../compare/comparison.js';
import { decimalsFor, formatUncertain } from '../measure/honest-digits.js';
import { printable } from '../text.js';
import { fixed, formatClock, formatSi, withMinus } from '../units.js';
import type { ComparedFiles } from './compare-files.js';
import { nameOf } from './sides/open-side.js';

/** What a comparison comes to, in two sentences that nobody needs a textbook for. */
export function sentencesOf({ a, b, comparison, clock }: ComparedFiles): [string, string] {
  const [nameA, nameB] = namesOf(a.path, b.path);
  const { verdict, reason } = comparison;
  if (verdict === 'unrelated')
    return [
      `${nameB} does not show what ${nameA} measured: ${ended(reason)}`,
      `A difference between the two says nothing of a sensor then; is it the right card, column and clock?`,
    ];
  if (verdict === 'undetermined')
    return [
      `Whether ${nameB} shows what ${nameA} measured cannot be told: ${ended(reason)}`,
      energySentence(comparison, nameA, nameB),
    ];
  return [
    `${levelText(comparison, nameA, nameB)}${clock.isKnown ? lateText(comparison) : ''}.`,
    energySentence(comparison, nameA, nameB),
  ];
}

/** `59.0 s`, and of what is longer `1:00:00`. */
export const spanText = (seconds: number): string =>
  seconds < 120 ? formatSi(seconds, 's', 3) : formatClock(seconds);

/** Short names that differ. */
export function namesOf(pathA: string, pathB: string): [string, string] {
  const [a, b] = [nameOf(pathA), nameOf(pathB)].map(printable) as [string, string];
  return a === b ? ['A', 'B'] : [a, b];
}

type Compared = ComparedFiles['comparison'];

function levelText({ figures }: Compared, nameA: string, nameB: string): string {
  const { mean_difference_w: mean, energy_difference_pct: percent } = figures;
  if (mean.value === null) return `${nameB} follows ${nameA}`;
  if (covers(mean, 0))
    return `${nameB} reads as much as ${nameA} in the mean, as far as can be told (${watts(mean)})`;
  const share = percent.value === null ? '' : ` (${fixed(Math.abs(percent.value), 1)} %)`;
  return `${nameB} reads ${watts(mean)}${share} ${mean.value < 0 ? 'less' : 'more'} than ${nameA} in the mean`;
}

function lateText({ figures, rivals }: Compared): string {
  const { shift_s: shift } = figures;
  if (rivals.length > 0) return ', and how late its curve is, the load does not decide';
  if (shift.value === null) return ', and how late its curve is cannot be told';
  if (covers(shift, 0)) return `, and its curve is not late as far as can be told (${seconds(shift)})`;
  return `, and its curve is ${seconds(shift)} ${shift.value < 0 ? 'early' : 'late'}`;
}

function energySentence({ figures, spanS }: Compared, nameA: string, nameB: string): string {
  const { energy_a_j: energyA, energy_b_j: energyB, energy_difference_pct: percent } = figures;
  if (energyA.value === null || energyB.value === null || percent.value === null)
    return `How much energy the two counted cannot be compared: ${ended(energyB.reason ?? energyA.reason ?? percent.reason ?? 'they share too little')}`;
  const span = spanText(spanS);
  const amounts = `${formatSi(energyA.value, 'J')} against ${formatSi(energyB.value, 'J')}`;
  const over = `Over the ${span} that both cover, ${nameB} counts`;
  const by = percents(Math.abs(percent.value), halfOf(percent));
  const whole = covers(percent, 0)
    ? `${over} as much energy as ${nameA}, as far as can be told (${by}; ${amounts})`
    : `${over} ${by} ${percent.value < 0 ? 'less' : 'more'} energy than ${nameA} (${amounts})`;
  return `${whole}${partsText(figures, energyA.value)}.`;
}

function partsText(figures: Compared['figures'], energyAJ: number): string {
  const { energy_linear_j: linear, energy_unseen_j: unseen, energy_remainder_j: remainder } = figures;
  if (linear.value === null || unseen.value === null || remainder.value === null || energyAJ === 0) return '';
  const share = (part: Estimate) => {
    const half = halfOf(part);
    const text = percents((100 * part.value!) / energyAJ, half === null ? null : (100 * half) / energyAJ);
    return text.startsWith('-') ? withMinus(text) : /^0(?:\.0*)? /.test(text) ? text : `+${text}`;
  };
  return `: ${share(linear)} by its gain and offset, ${share(unseen)} by what it never looked at, ${share(remainder)} that nothing explains`;
}

const covers = ({ interval }: Estimate, value: number): boolean =>
  interval !== null && interval[0] <= value && value <= interval[1];

const halfOf = ({ interval }: Estimate): number | null =>
  interval === null ? null : (interval[1] - interval[0]) / 2;

const mostDecimals = 4;

/** `19.71 ± 0.46 %`, with a hundredth where nothing says how uncertain it is. */
const percents = (value: number, half: number | null): string => {
  if (half === null || half === 0) return `${fixed(value, 2)} %`;
  const decimals = decimalsFor(half, mostDecimals);
  return `${fixed(value, decimals)} ± ${fixed(half, decimals)} %`;
};

const watts = (estimate: Estimate): string =>
  formatUncertain(Math.abs(estimate.value!), halfOf(estimate), 'W');
const seconds = (estimate: Estimate): string =>
  formatUncertain(Math.abs(estimate.value!), halfOf(estimate), 's');

const ended = (sentence: string): string => `${sentence.replace(/\.$/, '')}.`;
