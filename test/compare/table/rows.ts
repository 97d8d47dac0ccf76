import type { LoadKind } from '../pairs/loads.js';
import { bareLoads, livelyLoads, periodicLoads, tellingLoads } from './plan.js';
import type { Score } from './score.js';

/** A row of the table: what was reached beside what has to be. */
export interface Row {
  readonly what: string;
  /** NaN where no case says anything. */
  readonly value: number;
  readonly unit: '%' | 'ms' | 'W' | 'points';
  readonly sense: 'at least' | 'at most';
  readonly target: number;
  /** How many cases the value is of, and how many could have had it. */
  readonly cases: number;
  readonly of: number;
  /** The first few that are not as they should be, as `group load seed`. */
  readonly amiss: readonly string[];
}

/** A lag that is one of several, or that locked polls leave open within a poll, is not stated. */
const isStated = ({ lag, rivals, notes, group }: Score): boolean =>
  lag !== null && rivals === 0 && (group === 'locked' || !notes.includes('polls-locked'));

const lagError = ({ lag }: Score): number => Math.abs(lag!.error);

/** Off by more than half an update, and by more than its own interval. */
const isBadlyWrong = (score: Score): boolean =>
  isStated(score) && lagError(score) > score.truth.updateS / 2 && score.lag!.isCovered !== true;

const isFlagged = ({ notes, verdict }: Score): boolean =>
  verdict !== 'related' ||
  notes.some((code) => ['ambiguous-lag', 'lag-changes', 'few-events'].includes(code));

const isCalledLowPass = ({ notes }: Score): boolean => notes.includes('not-a-boxcar');

const nameOf = ({ group, load, seed }: Score): string => `${group} ${load} ${seed}`;

type Test = (score: Score) => boolean;

function share(what: string, of: readonly Score[], test: Test, sense: Row['sense'], target: number): Row {
  const passed = of.filter(test);
  const amiss = sense === 'at least' ? of.filter((score) => !test(score)) : passed;
  return {
    what,
    value: of.length === 0 ? Number.NaN : (100 * passed.length) / of.length,
    unit: '%',
    sense,
    target,
    cases: of.length,
    of: of.length,
    amiss: amiss.slice(0, 12).map(nameOf),
  };
}

function quantileRow(
  what: string,
  of: readonly Score[],
  q: number,
  measure: (score: Score) => number,
  unit: Row['unit'],
  target: number,
): Row {
  const sorted = [...of].sort((a, b) => measure(a) - measure(b));
  const at = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  return {
    what,
    value: at ? measure(at) : Number.NaN,
    unit,
    sense: 'at most',
    target,
    cases: of.length,
    of: of.length,
    amiss: sorted.slice(-5).map(nameOf),
  };
}

type Figure = 'lag' | 'update' | 'window' | 'gain' | 'offsetW' | 'meanW' | 'energyPct';

const withFigure = (scores: readonly Score[], figure: Figure): Score[] =>
  scores.filter((score) => score[figure] !== null);

/** Of the cases that have the figure: how many are within a limit of the truth. */
function withinRow(
  what: string,
  scores: readonly Score[],
  figure: Figure,
  limit: number,
  target: number,
): Row {
  const told = withFigure(scores, figure);
  const test: Test = (score) => Math.abs(score[figure]!.error) <= limit;
  return outOf(share(what, told, test, 'at least', target), scores);
}

/** Of the cases whose figure has an interval: those whose interval holds the truth. */
function coverage(what: string, scores: readonly Score[], figure: Figure, target: number): Row {
  const told = scores.filter((score) => typeof score[figure]?.isCovered === 'boolean');
  return outOf(
    share(what, told, (score) => score[figure]!.isCovered === true, 'at least', target),
    scores,
  );
}

const ofLoads = (scores: readonly Score[], loads: readonly LoadKind[]): Score[] =>
  scores.filter(({ load }) => loads.includes(load));

/** Rows of what is told only sometimes say how often. */
const outOf = (row: Row, candidates: readonly Score[]): Row => ({ ...row, of: candidates.length });

/** Every row. The targets were reached beforehand by another program, on 6,500 pairs of its own. */
export function tabulate(all: readonly Score[]): Row[] {
  const of = (group: Score['group']) => all.filter((score) => score.group === group);
  const faster = of('faster');
  const telling = ofLoads(faster, tellingLoads);
  const stated = telling.filter(isStated);
  // A value held at once has a window of nothing.
  const windowed = ofLoads(faster, livelyLoads).filter(({ truth }) => truth.windowS);
  const edged = ofLoads(faster, ['steps', 'bursts', 'tokens', 'rareEvents']);
  const slower = of('slower');
  const related = ofLoads([...faster, ...slower], [...tellingLoads, ...periodicLoads]);
  const calm: readonly LoadKind[] = tellingLoads.filter((load) => load !== 'bursts' && load !== 'rareEvents');
  return [
    share('lag stated, not ambiguous', telling, isStated, 'at least', 96),
    ...tellingLoads.map((load) =>
      share(
        `stated lag within P/10: ${load}`,
        ofLoads(stated, [load]),
        (score) => lagError(score) <= score.truth.updateS / 10,
        'at least',
        98.9,
      ),
    ),
    quantileRow('error of the stated lag, median', stated, 0.5, (score) => 1000 * lagError(score), 'ms', 0.3),
    share(
      'lag badly wrong and unflagged',
      telling,
      (score) => isBadlyWrong(score) && !isFlagged(score),
      'at most',
      0.1,
    ),
    share(
      'the same, exactly periodic loads',
      ofLoads(faster, periodicLoads),
      (score) => isBadlyWrong(score) && !isFlagged(score),
      'at most',
      1.8,
    ),
    ...bareLoads.map((load) =>
      coverage(`${load}: interval covers the lag`, ofLoads(faster, [load]), 'lag', 99),
    ),
    share(
      'one or two bare edges: it is said',
      ofLoads(faster, bareLoads),
      ({ notes }) => notes.includes('few-events'),
      'at least',
      99,
    ),
    share('period claimed', telling, ({ update }) => update !== null, 'at least', 99.7),
    share(
      'period wrong by over 1 %',
      withFigure(ofLoads(faster, [...tellingLoads, ...periodicLoads]), 'update'),
      ({ update }) => Math.abs(update!.error) > 0.01,
      'at most',
      0.12,
    ),
    ...(
      [
        [0.5, 'median', 0.4],
        [0.95, 'p95', 6],
      ] as const
    ).map(([q, name, target]) =>
      outOf(
        quantileRow(
          `error of the window, ${name} (${livelyLoads.join(', ')})`,
          withFigure(windowed, 'window'),
          q,
          ({ window }) => 100 * Math.abs(window!.error),
          '%',
          target,
        ),
        windowed,
      ),
    ),
    share(
      'called a low-pass that is none',
      all.filter(({ truth, verdict }) => truth.sensor !== 'onePole' && verdict === 'related'),
      isCalledLowPass,
      'at most',
      0.5,
    ),
    share(
      `a low-pass called one (${livelyLoads.join(', ')})`,
      ofLoads(faster, livelyLoads).filter(({ truth }) => truth.sensor === 'onePole'),
      isCalledLowPass,
      'at least',
      95,
    ),
    withinRow('mean difference within 0.5 W', telling, 'meanW', 0.5, 97),
    withinRow('offset at 0 W within 0.5 W, loads with edges', edged, 'offsetW', 0.5, 90),
    withinRow('aligned energy within 0.2 points', ofLoads(faster, calm), 'energyPct', 0.2, 97),
    ...(['bursts', 'rareEvents'] as const).map((load) =>
      withinRow(`aligned energy within 0.2 points: ${load}`, ofLoads(faster, [load]), 'energyPct', 0.2, 90),
    ),
    quantileRow(
      'energy not aligned, p95 (how far off it is without this)',
      telling,
      0.95,
      ({ rawEnergyPct }) => Math.abs(rawEnergyPct),
      'points',
      Number.POSITIVE_INFINITY,
    ),
    coverage('intervals cover: lag', stated, 'lag', 99),
    coverage('intervals cover: gain', telling, 'gain', 99.5),
    coverage('intervals cover: offset', telling, 'offsetW', 99.5),
    coverage('intervals cover: mean difference', telling, 'meanW', 95),
    coverage('intervals cover: energy', telling, 'energyPct', 99),
    coverage('intervals cover: window', windowed, 'window', 95),
    share(
      'unrelated called related',
      of('unrelated'),
      ({ verdict }) => verdict === 'related',
      'at most',
      0.5,
    ),
    share('related called unrelated', related, ({ verdict }) => verdict === 'unrelated', 'at most', 0.4),
    ...slowRows(slower),
    ...spoiledRows(all),
    coverage(
      'whole watts on a bare ramp: interval covers the lag',
      ofLoads(of('coarse'), bareLoads),
      'lag',
      99,
    ),
  ];
}

/** Polls slower than updates: the lag within half a poll, and it is said. */
function slowRows(slower: readonly Score[]): Row[] {
  const stated = slower.filter(isStated);
  return [
    share(
      'slower polls: lag within D/2',
      stated,
      (score) => lagError(score) <= score.truth.pollS / 2,
      'at least',
      98.9,
    ),
    quantileRow(
      'slower polls: error of the lag, median',
      stated,
      0.5,
      (score) => 1000 * lagError(score),
      'ms',
      3,
    ),
    share(
      'slower polls: said, or that how long values stand is unknown',
      slower,
      ({ notes }) => notes.includes('polls-slow') || notes.includes('hold-unknown'),
      'at least',
      99,
    ),
    coverage('slower polls: interval covers the lag', stated, 'lag', 99),
  ];
}

/** What goes wrong changes nothing, or it is said. */
function spoiledRows(all: readonly Score[]): Row[] {
  const groups = [...new Set(all.map(({ group }) => group))].filter(
    (group) => !['faster', 'slower', 'unrelated'].includes(group),
  );
  return groups.map((group) => {
    const of = all.filter((score) => score.group === group && !bareLoads.includes(score.load));
    if (group === 'drift' || group === 'clockStep')
      return share(
        `${group}: said, or harmless`,
        of,
        (score) => score.notes.includes('lag-changes') || !isBadlyWrong(score),
        'at least',
        99,
      );
    const limitOf = ({ truth }: Score) => (group === 'locked' ? truth.pollS / 2 : truth.updateS / 10);
    return share(
      `${group}: stated lag as good as without`,
      of.filter(isStated),
      (score) => lagError(score) <= limitOf(score),
      'at least',
      98,
    );
  });
}

/** The table as text, with the first cases that are amiss where a row is missed. */
export const printed = (rows: readonly Row[]): string =>
  rows
    .filter(({ of }) => of > 0)
    .map((row) => {
      const { what, value, unit, sense, target, cases, of, amiss } = row;
      const missed = isMet(row) ? '' : `  MISSED: ${amiss.join(', ')}`;
      return `${what.padEnd(62)} ${value.toFixed(2).padStart(8)} ${unit.padEnd(6)} ${sense} ${target} (${cases} of ${of})${missed}\n`;
    })
    .join('');

/** A row that no case tells anything of is not met. */
export const isMet = ({ value, sense, target }: Row): boolean =>
  sense === 'at least' ? value >= target : value <= target;
