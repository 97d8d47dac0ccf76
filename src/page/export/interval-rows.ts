import type { Envelope, Grid } from '../../draw/envelope.js';
import type { TimeSpan } from '../../measure/tracks/cover.js';

const joulesPerMwUs = 1e-9;
/** What extremes and energies may be off by their packing, mW, where nothing finer is said. */
const packingMw = 1;

/** A row of an interval, or of the part of one that lies in a gap, or outside of one, or in a selection. */
interface IntervalRow {
  readonly fromUs: number;
  readonly toUs: number;
  /** By series, mW; NaN is an empty cell. In a gap only the mean is there, that of the line across it, where its energy counts. */
  readonly cells: readonly { readonly meanMw: number; readonly minMw: number; readonly maxMw: number }[];
}

interface Part extends TimeSpan {
  readonly isGap: boolean;
}

/**
 * Intervals as rows that lie within a selection, one behind the other and without holes: their means times their lengths add up to the
 * selection's energy. Power is taken as even in the measured part of an interval.
 * @param reach first and last sample
 * @param gaps in order
 */
export function* intervalRowsOf(
  grid: Grid,
  envelopes: readonly Envelope[],
  reach: TimeSpan,
  gaps: readonly TimeSpan[],
  selection: TimeSpan,
  quantumMw = packingMw,
): Generator<IntervalRow> {
  let nextGap = 0;
  for (let n = 0; n < grid.count; n++) {
    const startUs = Math.max(grid.startUs + n * grid.intervalUs, reach.startUs);
    const endUs = Math.min(grid.startUs + (n + 1) * grid.intervalUs, reach.endUs);
    if (endUs <= startUs) continue;
    while (nextGap < gaps.length && gaps[nextGap]!.endUs <= startUs) nextGap++;
    const isEmpty = envelopes.every(({ minMw }) => Number.isNaN(minMw[n]!));
    const parts = isEmpty ? [{ startUs, endUs, isGap: true }] : partsOf({ startUs, endUs }, gaps, nextGap);
    const powers = envelopes.map((envelope) => powersOf(grid, envelope, n, parts, quantumMw));
    for (const part of parts) {
      const fromUs = Math.max(part.startUs, selection.startUs);
      const toUs = Math.min(part.endUs, selection.endUs);
      if (toUs > fromUs)
        yield { fromUs, toUs, cells: powers.map(({ gap, measured }) => (part.isGap ? gap : measured)) };
    }
  }
}

/** An interval cut where gaps begin and end. */
function partsOf({ startUs, endUs }: TimeSpan, gaps: readonly TimeSpan[], first: number): Part[] {
  const parts: Part[] = [];
  let atUs = startUs;
  for (let n = first; n < gaps.length && gaps[n]!.startUs < endUs; n++) {
    const gap = { startUs: Math.max(gaps[n]!.startUs, atUs), endUs: Math.min(gaps[n]!.endUs, endUs) };
    if (gap.endUs <= gap.startUs) continue;
    if (gap.startUs > atUs) parts.push({ startUs: atUs, endUs: gap.startUs, isGap: false });
    parts.push({ ...gap, isGap: true });
    atUs = gap.endUs;
  }
  if (atUs < endUs) parts.push({ startUs: atUs, endUs, isGap: false });
  return parts;
}

/** The energy of an interval shared between what was measured of it, whose mean keeps to its extremes, and its gaps. */
function powersOf(grid: Grid, envelope: Envelope, n: number, parts: readonly Part[], quantumMw: number) {
  const { energyJ, minMw, maxMw } = envelope;
  const [low, high] = [minMw[n]!, maxMw[n]!];
  const nothing = { minMw: Number.NaN, maxMw: Number.NaN };
  const energyMwUs = (energyJ[n + 1]! - energyJ[n]!) / joulesPerMwUs;
  const lengthUs = (wanted: boolean): number =>
    parts.reduce((sum, { startUs, endUs, isGap }) => sum + (isGap === wanted ? endUs - startUs : 0), 0);
  const [gapUs, measuredUs] = [lengthUs(true), lengthUs(false)];
  if (measuredUs === 0 || Number.isNaN(low)) {
    const meanMw = orNothing(energyMwUs / (gapUs + measuredUs));
    return { gap: { meanMw, ...nothing }, measured: { meanMw, ...nothing } };
  }
  const besideMw = gapPowerBeside(grid, envelope, n) ?? energyMwUs / (gapUs + measuredUs);
  const evenMw = (energyMwUs - besideMw * gapUs) / measuredUs;
  const meanMw = Math.min(Math.max(evenMw, low), high);
  // Part of a gap that is not listed: the energy counts, the extremes are not those of all of it.
  if (gapUs === 0 && Math.abs(evenMw - meanMw) > quantumMw)
    return { gap: { meanMw: evenMw, ...nothing }, measured: { meanMw: evenMw, ...nothing } };
  const gapMw = gapUs === 0 ? Number.NaN : orNothing((energyMwUs - meanMw * measuredUs) / gapUs);
  return { gap: { meanMw: gapMw, ...nothing }, measured: { meanMw, minMw: low, maxMw: high } };
}

/** Of an interval beside that lies in a gap as a whole, mW. */
function gapPowerBeside({ intervalUs, count }: Grid, { minMw, energyJ }: Envelope, n: number): number | null {
  for (const k of [n + 1, n - 1])
    if (k >= 0 && k < count && Number.isNaN(minMw[k]!))
      return (energyJ[k + 1]! - energyJ[k]!) / joulesPerMwUs / intervalUs;
  return null;
}

/** Where the energy of gaps does not count, they have none: no power was 0 there. */
const orNothing = (mw: number): number => (Math.abs(mw) < 1e-3 ? Number.NaN : mw);
