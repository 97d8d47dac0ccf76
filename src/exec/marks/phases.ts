import type { Mark, MarkProblem } from '../../stream/command-event.js';
import { exactSpan, type Span } from '../../trace/span.js';
import { problemOf } from './marks.js';

export interface Phase {
  readonly name: string;
  /** The times that it ran, in the order of their ends. */
  readonly spans: readonly Span[];
  /** Counts summed; null where no mark gave one. */
  readonly count: number | null;
  /** Spans that no mark ended: they end with the child. */
  readonly unended: number;
}

interface PairedMarks {
  /** In the order in which they first appear. */
  readonly phases: readonly Phase[];
  readonly problems: readonly MarkProblem[];
}

interface Gathering {
  /** Begun and not ended from `ended` on; a growing index, since shifting a long array costs its length. */
  begun: Mark[];
  ended: number;
  spans: Span[];
  points: Mark[];
  count: number | null;
}

/** A program that numbers its phases has none: more names than this are not kept apart. */
const namesMax = 1000;

/**
 * Makes phases of marks, in the order of their instants. An `end` ends the oldest open `begin` of its name: two
 * workers that run the same phase at once make two spans, each counted in full. (Their sum, and so the energy,
 * does not depend on which end belongs to which begin.) The count of a `point` goes to the phase of its name; a
 * name that only has points makes spans of no length. What is open at `childEndNs` ends there, and later marks,
 * from processes that outlive the child, are reported and left out.
 */
export function pairMarks(marks: readonly Mark[], childEndNs: number): PairedMarks {
  const byName = new Map<string, Gathering>();
  const problems: MarkProblem[] = [];
  let late = 0;
  let firstLate: Mark | undefined;
  let unnamed: Mark | undefined;

  for (const mark of [...marks].sort((a, b) => a.atNs - b.atNs || a.line - b.line)) {
    // Seen after the end may still have been written before it: the child's last lines are read when it is gone.
    const timed = mark.uncertaintyNs === 0;
    const at = timed || mark.atNs <= childEndNs ? mark : { ...mark, atNs: childEndNs };
    if (at.atNs > childEndNs) {
      late++;
      firstLate ??= mark;
      continue;
    }
    let phase = byName.get(mark.name);
    if (!phase && byName.size === namesMax) {
      unnamed ??= mark;
      continue;
    }
    if (!phase) {
      phase = { begun: [], ended: 0, spans: [], points: [], count: null };
      byName.set(mark.name, phase);
    }
    if (at.kind === 'begin') {
      phase.begun.push(at);
      continue;
    }
    if (at.kind === 'end') {
      const begin = phase.begun[phase.ended];
      if (!begin) {
        problems.push(problemOf(mark, `'${mark.name}' ends without having begun`));
        continue;
      }
      phase.ended++;
      phase.spans.push(span(begin, at));
    } else phase.points.push(at);
    if (at.count !== null) phase.count = (phase.count ?? 0) + at.count;
  }

  if (firstLate)
    problems.push(
      problemOf(
        firstLate,
        `'${firstLate.name}' was marked after the command had ended${late > 1 ? `, as were ${late - 1} more` : ''}`,
      ),
    );

  if (unnamed)
    problems.push(
      problemOf(
        unnamed,
        `more than ${namesMax} different names: '${unnamed.name}' and all later ones are left out. Give the same name to what repeats`,
      ),
    );

  const phases: Phase[] = [];
  for (const [name, { begun, ended, spans, points, count }] of byName) {
    const open = begun.slice(ended);
    for (const begin of open)
      spans.push({ ...exactSpan(begin.atNs, childEndNs), startUncertaintyNs: begin.uncertaintyNs });
    if (spans.length === 0) for (const { atNs } of points) spans.push(exactSpan(atNs, atNs));
    if (spans.length > 0) phases.push({ name, spans, count, unended: open.length });
  }
  return { phases, problems };
}

const span = (begin: Mark, end: Mark): Span => ({
  startNs: begin.atNs,
  endNs: end.atNs,
  startUncertaintyNs: begin.uncertaintyNs,
  endUncertaintyNs: end.uncertaintyNs,
});

/** Phases of several runs of one command: those of one name become one. */
export function mergePhases(runs: readonly (readonly Phase[])[]): Phase[] {
  const byName = new Map<string, Phase>();
  for (const phase of runs.flat()) {
    const known = byName.get(phase.name);
    byName.set(phase.name, known ? joined(known, phase) : phase);
  }
  return [...byName.values()];
}

const joined = (a: Phase, b: Phase): Phase => ({
  name: a.name,
  spans: [...a.spans, ...b.spans],
  count: a.count === null && b.count === null ? null : (a.count ?? 0) + (b.count ?? 0),
  unended: a.unended + b.unended,
});
