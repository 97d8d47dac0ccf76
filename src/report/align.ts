import { usageError } from '../errors.js';
import { phasesOf } from './reading/told.js';
import type { Rested } from './rested.js';

/** What of several runs is laid over each other. */
export type Alignment =
  /** Their first samples. */
  | { readonly kind: 'start' }
  /** The steepest rise of the system's power. */
  | { readonly kind: 'rise' }
  /** As where nothing is asked for; readings that were taken beside the first run are moved by as much as their curve is late. */
  | { readonly kind: 'lag' }
  /** The first time that a mark or phase of this name begins. */
  | { readonly kind: 'mark'; readonly name: string };

/**
 * By run, what is added to its instants so that all share the first one's axis, µs; 0 for the first.
 * @param alignment where absent, runs that began at the same instant lie as they were recorded, as the boards of one recording do;
 *   of others the first samples are laid over each other
 * @param besideUs the same of readings that were taken beside the first run, which lie on its clock whatever is aligned
 * @throws UserError (usage) where a run lacks what is asked for
 */
export function offsetsUs(
  recordings: readonly Rested[],
  alignment: Alignment | undefined,
  besideUs: readonly (number | undefined)[] = [],
): number[] {
  const known = besideUs.filter((us) => us !== undefined).length;
  if (alignment?.kind === 'lag' && known === 0)
    throw usageError('--align lag moves readings that were taken beside the first run, and there are none');
  if (known === recordings.length - 1) return recordings.map((_, n) => besideUs[n] ?? 0);
  const [first] = recordings;
  const asRecorded = alignment === undefined || alignment.kind === 'lag';
  return recordings.map((each, n) => {
    if (besideUs[n] !== undefined) return besideUs[n];
    if (asRecorded && shareClock(first!, each)) return 0;
    return instantOf(first!, alignment) - instantOf(each, alignment);
  });
}

/** Whether both count from the same instant, to the µs: then they are of one recording. */
const shareClock = ({ header: a }: Rested, { header: b }: Rested): boolean =>
  a.startUnixUs !== null && b.startUnixUs !== null && Math.round(a.startUnixUs) === Math.round(b.startUnixUs);

function instantOf(rested: Rested, alignment: Alignment | undefined): number {
  const { path, reach, riseUs } = rested;
  if (!reach) throw usageError(`${path} holds no samples: it cannot be laid over others`);
  if (alignment?.kind === 'mark') return markOf(rested, alignment.name);
  if (alignment?.kind !== 'rise') return reach.firstUs;
  if (riseUs === null) throw usageError(`--align rise: the power of ${path} never rises`);
  return riseUs;
}

function markOf({ path, told, flags }: Rested, name: string): number {
  const phases = phasesOf(told);
  const marks = flags.filter(({ kind }) => kind === 'mark');
  const instants = [
    ...phases
      .filter((phase) => phase.name === name)
      .flatMap(({ spans }) => spans.map(({ start_s }) => start_s * 1e6)),
    ...marks.filter((mark) => mark.name === name).map(({ atUs }) => atUs),
  ];
  if (instants.length > 0) return Math.min(...instants);
  const names = [...new Set([...phases, ...marks].map((each) => each.name))];
  const there = names.length === 0 ? 'nothing was marked there' : `it has ${names.slice(0, 20).join(', ')}`;
  throw usageError(`--align mark:${name}: ${path} has no such mark; ${there}`);
}

/** Whether it has a phase of its own of this name. */
export const hasPhase = ({ told }: Rested, name: string): boolean =>
  phasesOf(told).some((phase) => phase.name === name);

/**
 * From where to where a phase reached, all of its times, µs since the recording began.
 * @throws UserError (usage) where there is no such phase
 */
export function phaseSpan({ path, told }: Rested, name: string): { fromUs: number; toUs: number } {
  const phases = phasesOf(told);
  const spans = phases.filter((phase) => phase.name === name).flatMap((phase) => phase.spans);
  if (spans.length === 0) {
    const names = [...new Set(phases.map((phase) => phase.name))].slice(0, 20);
    const there = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
    throw usageError(`--phase ${name}: ${path} has no such phase; ${there}`);
  }
  return {
    fromUs: Math.min(...spans.map(({ start_s }) => start_s)) * 1e6,
    toUs: Math.max(...spans.map(({ end_s }) => end_s)) * 1e6,
  };
}
