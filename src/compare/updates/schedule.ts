import type { Brackets } from './brackets.js';
import type { Phases } from './phase.js';
import type { Polls } from './polls.js';
import { type Track, toleranceUs } from './tracking.js';

/** Updates on their schedule, those too that changed nothing, with the value that each brought. */
interface ScheduledUpdates {
  readonly timeUs: number[];
  readonly value: number[];
  /** Standard deviation of each instant, µs. */
  readonly jitterUs: number[];
}

/** Every update that a poll saw. Between two locks nothing changed, so that it does not matter whose schedule goes on. */
export function scheduledUpdates(
  polls: Polls,
  brackets: Brackets,
  track: Track,
  phases: Phases,
): ScheduledUpdates {
  const anchors: number[] = [];
  for (let n = 0; n < brackets.count; n++) if (!Number.isNaN(phases.updateUs[n]!)) anchors.push(n);
  const updates: ScheduledUpdates = { timeUs: [], value: [], jitterUs: [] };
  const { timeUs } = polls;
  const { periodUs } = track;
  const reader = new CellReader(polls, brackets, track, phases, updates);
  let cellUs = phases.updateUs[anchors[0]!]!;
  cellUs -= Math.ceil((cellUs - timeUs[0]!) / periodUs) * periodUs;
  for (let k = 0; k < anchors.length; k++) {
    const anchorUs = phases.updateUs[anchors[k]!]!;
    const nextUs = k + 1 < anchors.length ? phases.updateUs[anchors[k + 1]!]! : Number.POSITIVE_INFINITY;
    // Each anchor rules up to half-way to the next, where the schedules meet to within a small part of a period.
    const untilUs = Math.min((anchorUs + nextUs) / 2, timeUs[timeUs.length - 1]!);
    cellUs = anchorUs + Math.round((cellUs - anchorUs) / periodUs) * periodUs;
    for (; cellUs <= untilUs; cellUs += periodUs) reader.read(cellUs);
  }
  return updates;
}

/** Up to this part of a period a poll is sure to read this update and not the next one. */
const safeShare = 0.88;

/** Goes over the polls once, cell by cell. */
class CellReader {
  #poll = 0;
  #bracket = 0;

  readonly #polls: Polls;
  readonly #brackets: Brackets;
  readonly #periodUs: number;
  readonly #jitterUs: number;
  readonly #marginUs: number;
  readonly #into: ScheduledUpdates;

  constructor(polls: Polls, brackets: Brackets, track: Track, phases: Phases, into: ScheduledUpdates) {
    this.#polls = polls;
    this.#brackets = brackets;
    this.#periodUs = track.periodUs;
    this.#jitterUs = phases.jitterUs;
    this.#marginUs = Math.min(
      Math.max(0.01 * track.periodUs, phases.jitterUs),
      toleranceUs(track.periodUs, polls.intervalUs),
    );
    this.#into = into;
  }

  /** The value that the polls between an update and the next one show. */
  read(updateUs: number): void {
    const { timeUs, value } = this.#polls;
    const endUs = updateUs + this.#periodUs - this.#marginUs;
    while (this.#poll < timeUs.length && timeUs[this.#poll]! < updateUs + this.#marginUs) this.#poll++;
    let [last, safe] = [-1, -1];
    while (this.#poll < timeUs.length && timeUs[this.#poll]! <= endUs) {
      if (timeUs[this.#poll]! < updateUs + safeShare * this.#periodUs) safe = this.#poll;
      last = this.#poll++;
    }
    if (last < 0) return;
    // Shortly before the next update its value may be there already, when it comes early.
    if (safe >= 0) last = safe;
    const { count, poll, lowUs, highUs } = this.#brackets;
    while (this.#bracket < count && poll[this.#bracket]! <= last) this.#bracket++;
    const change = this.#bracket - 1;
    // A change within the cell says when this value came; one before it leaves the schedule's word.
    const isWithin = change >= 0 && highUs[change]! > updateUs;
    const us = isWithin ? Math.max(lowUs[change]!, Math.min(highUs[change]!, updateUs)) : updateUs;
    const isOff = Math.abs(us - updateUs) > this.#marginUs;
    this.#into.timeUs.push(us);
    this.#into.value.push(value[last]!);
    this.#into.jitterUs.push(
      isOff ? (highUs[change]! - lowUs[change]!) / Math.sqrt(12) + this.#jitterUs : this.#jitterUs,
    );
  }
}
