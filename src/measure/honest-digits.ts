import { fixed, formatSi, siPrefix } from '../units.js';

/** How a value and its uncertainty share a prefix and a last digit. */
function scaled(value: number, uncertainty: number): { scale: number; prefix: string; decimals: number } {
  const { scale, prefix } = siPrefix(Math.max(Math.abs(value), uncertainty));
  return { scale, prefix, decimals: decimalsFor(uncertainty / scale, 9) };
}

/** How many decimals show two significant digits of an uncertainty. */
export function decimalsFor(uncertainty: number, most: number): number {
  // Rounded first: 0.0996 becomes 0.10, two digits that end one place earlier than 0.099 would.
  const rounded = Number(uncertainty.toPrecision(2));
  return Math.min(Math.max(0, 1 - Math.floor(Math.log10(rounded))), most);
}

/** What is smaller beside its value than this is a rounding of floating point. */
const dustShare = 1e-9;

const known = (uncertainty: number | null, value: number): uncertainty is number =>
  uncertainty !== null && Number.isFinite(uncertainty) && uncertainty > Math.abs(value) * dustShare;

/** `3.214 ± 0.096 kJ`: the uncertainty with two significant digits, the value to the same place. */
export function formatUncertain(value: number, uncertainty: number | null, unit: string): string {
  if (!known(uncertainty, value)) return formatSi(value, unit);
  const { scale, prefix, decimals } = scaled(value, uncertainty);
  return `${fixed(value / scale, decimals)} ± ${fixed(uncertainty / scale, decimals)} ${prefix}${unit}`;
}

/** What ± means, to stand behind a sentence under figures; nothing where none of them has one. */
export const uncertaintyNote = (shown: string): string => (shown.includes('±') ? '; ± is 95 %' : '');

/** `260.1 W`: no more digits than the uncertainty supports, the uncertainty itself left out. */
export function formatSupported(value: number, uncertainty: number | null, unit: string): string {
  if (!known(uncertainty, value)) return formatSi(value, unit);
  const { scale, prefix, decimals } = scaled(value, uncertainty);
  return `${fixed(value / scale, decimals)} ${prefix}${unit}`;
}
