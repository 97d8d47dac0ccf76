import { beforeAll, describe, expect, it } from 'vitest';
import { type CaseName, type Group, periodicLoads, recipeOf, tellingLoads } from './plan.js';
import { isMet, type Row } from './rows.js';
import { type Score, score } from './score.js';

/*
 * A fixed sample of the table of `npm run bench`: few enough cases that each row is a count, not a share. What is allowed to go
 * wrong is what the table's targets allow in as few.
 */
const perLoad = 3;
const some = (group: Group, loads: readonly CaseName['load'][], count = perLoad): CaseName[] =>
  loads.flatMap((load) => Array.from({ length: count }, (_, n) => ({ group, load, seed: n + 101 })));

describe('a sample of the table', () => {
  let scores: readonly Score[];

  beforeAll(() => {
    const names = [
      ...some('faster', [...tellingLoads, ...periodicLoads, 'flat']),
      ...([1, 2, 101] as const).map((seed) => ({ group: 'slower' as const, load: 'bursts' as const, seed })),
      ...some('unrelated', ['steps', 'bursts', 'noise', 'rareEvents'], 2),
    ];
    scores = names.map((name) => score(name, recipeOf(name)));
  });

  const of = (group: Group, loads: readonly CaseName['load'][] = tellingLoads) =>
    scores.filter((each) => each.group === group && loads.includes(each.load));
  const told = (each: Score) => `${each.group} ${each.load} ${each.seed}`;

  it('states a lag, and the right one', () => {
    const stated = of('faster').filter(({ lag, rivals }) => lag && rivals === 0);
    expect(stated.length).toBeGreaterThanOrEqual(of('faster').length - 2);
    const off = stated.filter(({ lag, truth }) => Math.abs(lag!.error) > truth.updateS / 10);
    expect(off.map(told).length).toBeLessThanOrEqual(1);
    const outside = stated.filter(({ lag }) => lag!.isCovered === false);
    expect(outside.map(told).length).toBeLessThanOrEqual(1);
  });

  it('claims the period, and within 1 %', () => {
    const related = of('faster', [...tellingLoads, ...periodicLoads]);
    expect(related.filter(({ update }) => update === null).map(told)).toEqual([]);
    expect(related.filter(({ update }) => Math.abs(update!.error) > 0.01).map(told)).toEqual([]);
  });

  it('splits energy within 0.2 points, and means within half a watt', () => {
    const off = of('faster').filter(({ energyPct }) => Math.abs(energyPct!.error) > 0.2);
    expect(off.map(told).length).toBeLessThanOrEqual(1);
    const means = of('faster').filter(({ meanW }) => Math.abs(meanW!.error) > 0.5);
    expect(means.map(told).length).toBeLessThanOrEqual(1);
  });

  it('calls nothing related that is not, and nothing unrelated that is', () => {
    expect(
      scores.filter((each) => each.group === 'unrelated' && each.verdict === 'related').map(told),
    ).toEqual([]);
    expect(
      of('faster')
        .filter(({ verdict }) => verdict === 'unrelated')
        .map(told),
    ).toEqual([]);
  });

  it('states no lag of a flat load, and no single one of a periodic one', () => {
    expect(
      of('faster', ['flat'])
        .filter(({ lag }) => lag)
        .map(told),
    ).toEqual([]);
    const single = of('faster', periodicLoads).filter(
      ({ lag, rivals, truth }) => lag && rivals === 0 && Math.abs(lag.error) > truth.updateS / 2,
    );
    expect(single.map(told)).toEqual([]);
  });

  it('says of slower polls that they are, and finds the period behind them, where edges tell it', () => {
    expect(
      of('slower')
        .filter(({ notes }) => !notes.includes('polls-slow'))
        .map(told),
    ).toEqual([]);
    // Half a poll would be as good as no period.
    const off = of('slower').filter(({ lag, truth }) => !(Math.abs(lag!.error) < truth.updateS / 10));
    expect(off.map(told)).toEqual([]);
  });
});

describe('the table', () => {
  const row = (value: number, sense: Row['sense']): Row => ({
    ...{ what: 'a row', unit: '%', target: 96, cases: 1, of: 1, amiss: [] },
    ...{ value, sense },
  });

  it('meets a row at its target, on its side, and never by nothing', () => {
    expect(isMet(row(96, 'at least'))).toBe(true);
    expect(isMet(row(95.9, 'at least'))).toBe(false);
    expect(isMet(row(96.1, 'at most'))).toBe(false);
    expect(isMet(row(Number.NaN, 'at least'))).toBe(false);
    expect(isMet(row(Number.NaN, 'at most'))).toBe(false);
  });
});
