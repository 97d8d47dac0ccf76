import { describe, expect, it } from 'vitest';
import { drawRecipe, spoil } from './cases.js';
import { Chance } from './chance.js';
import type { PowerCurve } from './curve.js';
import { drawLoad, loadKinds } from './loads.js';
import { makePair, type Recipe } from './pair.js';
import { drawSensor, publish, type Sensor, sensorKinds } from './sensors.js';

/** The integral by brute force, J: midpoints of a grid that no part of the generator knows. */
function summedJ(curve: PowerCurve, fromS: number, toS: number, stepS = 2e-5): number {
  const count = Math.round((toS - fromS) / stepS);
  let sum = 0;
  for (let n = 0; n < count; n++) sum += curve.powerAt(fromS + ((n + 0.5) / count) * (toS - fromS));
  return (sum / count) * (toS - fromS);
}

const sensorOf = (kind: Sensor['kind'], seed = 5): Sensor => ({
  ...drawSensor(kind, new Chance(seed)),
  ...{ gain: 1, offsetW: 0, noiseW: 0, jitterS: 0, resolution: 1e-9 },
});

const curveOf = (kind: (typeof loadKinds)[number], seed = 3) => drawLoad(kind, new Chance(seed), 20).curve;

describe('a load', () => {
  it.each(loadKinds)('%s has the integral that its powers have', (kind) => {
    const curve = curveOf(kind);
    for (const [fromS, toS] of [
      [-3, 0.123],
      [1, 1.01],
      [2.5, 19],
    ] as const)
      expect(curve.energyBetween(fromS, toS) / summedJ(curve, fromS, toS)).toBeCloseTo(1, 5);
  });

  it.each(loadKinds)('%s is another by another seed, and the same by the same', (kind) => {
    expect(curveOf(kind, 3).powerAt(7)).toBe(curveOf(kind, 3).powerAt(7));
    expect(curveOf(kind, 3).energyUntil(18)).not.toBe(curveOf(kind, 4).energyUntil(18));
  });

  it('goes through a low pass as a differential equation says', () => {
    const curve = curveOf('bursts');
    const filtered = curve.lowPass(0.2);
    let y = curve.powerAt(-8);
    const stepS = 1e-5;
    for (let n = 0; n < 1_600_000; n++) y += (stepS * (curve.powerAt(-8 + n * stepS) - y)) / 0.2;
    expect(filtered(8)).toBeCloseTo(y, 1);
  });

  it('repeats itself where it says so, and only there', () => {
    for (const kind of loadKinds) {
      const { curve, periodS } = drawLoad(kind, new Chance(9), 60);
      expect(periodS !== null).toBe(kind === 'square' || kind === 'sinusoid');
      if (periodS) expect(curve.powerAt(20.01 + 3 * periodS)).toBeCloseTo(curve.powerAt(20.01), 6);
    }
  });
});

describe('a sensor', () => {
  it.each(sensorKinds)('%s publishes what its window saw', (kind) => {
    const curve = curveOf('steps');
    const sensor = sensorOf(kind);
    const { atS, powerW, counterJ } = publish(sensor, curve, new Chance(1), 0, 15);
    for (const n of [3, 7, 9]) {
      const endS = atS[n]! - sensor.latencyS;
      if (kind === 'held') expect(powerW[n]).toBeCloseTo(curve.powerAt(endS), 6);
      else if (kind === 'onePole')
        expect(powerW[n]).toBeCloseTo(curve.lowPass(sensor.timeConstantS)(endS), 6);
      else expect(powerW[n]).toBeCloseTo(summedJ(curve, endS - sensor.windowS, endS) / sensor.windowS, 2);
      if (counterJ) {
        const [fromS, toS] = [atS[2]!, atS[n]!].map((s) => s - sensor.latencyS) as [number, number];
        expect(counterJ[n]! - counterJ[2]!).toBeCloseTo(summedJ(curve, fromS, toS), 2);
      }
    }
  });

  it('has gain, offset, noise and steps', () => {
    const curve = curveOf('flat');
    const sensor = { ...sensorOf('held'), updateS: 0.02, gain: 0.9, offsetW: -20, noiseW: 2, resolution: 1 };
    const { powerW } = publish(sensor, curve, new Chance(1), 0, 200);
    const mean = powerW.reduce((sum, each) => sum + each, 0) / powerW.length;
    expect(mean).toBeCloseTo(0.9 * curve.powerAt(0) - 20, 0);
    const spread = Math.sqrt(powerW.reduce((sum, each) => sum + (each - mean) ** 2, 0) / powerW.length);
    expect(spread).toBeCloseTo(2, 0);
    expect(powerW.every(Number.isInteger)).toBe(true);
  });

  it('updates on its grid, one update late where that is asked for', () => {
    const sensor = sensorOf('averaged');
    const plain = publish(sensor, curveOf('bursts'), new Chance(1), 0, 15);
    const late = publish(sensor, curveOf('bursts'), new Chance(1), 0, 15, {
      nearS: plain.atS[7]!,
      byS: 0.01,
    });
    const shifts = plain.atS.map((s, n) => late.atS[n]! - s);
    expect([...shifts].filter((s) => Math.abs(s) > 1e-9)).toHaveLength(1);
    expect(shifts[7]).toBeCloseTo(0.01, 9);
    expect(late.powerW).toEqual(plain.powerW);
    expect(plain.atS[10]! - plain.atS[2]!).toBeCloseTo(8 * sensor.updateS, 9);
  });
});

const recipeOf = (change: Partial<Recipe> = {}, seed = 11): Recipe => ({
  ...drawRecipe('bursts', seed, { sensor: 'averaged', durationS: 60 }),
  ...change,
});
const clean = (recipe: Recipe): Recipe => ({
  ...recipe,
  flaws: { ...recipe.flaws, missing: [] },
  polling: { ...recipe.polling, stampS: 1e-6 },
});

describe('a pair', () => {
  it('is the same by the same recipe', () => {
    const [one, two] = [makePair(recipeOf()), makePair(recipeOf())];
    expect(one.board).toEqual(two.board);
    expect(one.readings).toEqual(two.readings);
    expect(makePair(recipeOf({}, 12)).readings).not.toEqual(one.readings);
  });

  it('has a board at about 1 kHz that follows the load, with its noise', () => {
    const recipe = recipeOf();
    const { board } = makePair(recipe);
    const { curve } = drawLoad('bursts', new Chance(recipe.seed).fork(), 60);
    const offW = Float64Array.from(
      board.powerMw,
      (mw, n) => mw / 1000 - curve.powerAt(board.timeUs[n]! / 1e6),
    );
    const spread = Math.sqrt(offW.reduce((sum, each) => sum + each * each, 0) / offW.length);
    expect(spread / recipe.board.noiseW).toBeCloseTo(1, 1);
    expect(board.timeUs.length / 60).toBeGreaterThan(850);
    expect(board.timeUs.every((us, n) => n === 0 || us > board.timeUs[n - 1]!)).toBe(true);
  });

  it.each(['faster', 'slower'] as const)('reads the newest update at each poll, %s than updates', (polls) => {
    const recipe = clean(drawRecipe('noise', 4, { sensor: 'held', polls, durationS: 60, ownStamps: true }));
    const { readings } = makePair(recipe);
    const ages = readings.timeUs.map((us, n) => (us - readings.updatedUs![n]!) / 1e6);
    expect(Math.min(...ages)).toBeGreaterThan(-2e-6);
    expect(Math.max(...ages)).toBeLessThan(recipe.sensor.updateS + 10 * recipe.sensor.jitterS);
    const distinct = new Set(readings.updatedUs).size / readings.timeUs.length;
    if (polls === 'slower') expect(distinct).toBe(1);
    else expect(distinct).toBeLessThan(0.75);
  });

  it.each(sensorKinds)('tells the exact energies of a %s sensor', (kind) => {
    const base = drawRecipe('steps', 21, { sensor: kind, durationS: 60 });
    const { readings, truth } = makePair(clean({ ...base, polling: { ...base.polling, intervalS: 0.002 } }));
    const { curve } = drawLoad('steps', new Chance(base.seed).fork(), 60);
    const { aJ, bJ, rawAJ, linearJ, unseenJ, remainderJ, spanS } = truth.over({ fromS: 5, toS: 50 });
    expect(spanS).toBeCloseTo(45, 9);
    expect(rawAJ / summedJ(curve, 5, 50)).toBeCloseTo(1, 6);
    expect(aJ / summedJ(curve, 5 - truth.shiftS, 50 - truth.shiftS)).toBeCloseTo(1, 6);
    expect(linearJ).toBeCloseTo((truth.gain - 1) * aJ + truth.offsetW * 45, 6);
    expect(linearJ + unseenJ + remainderJ).toBeCloseTo(bJ - aJ, 6);
    // Polls every 2 ms draw nearly the curve that the updates draw.
    const polledJ = [...readings.value].reduce((sum, watts, n) => {
      const [us, nextUs] = [readings.timeUs[n]!, readings.timeUs[n + 1] ?? 0];
      return us >= 5e6 && us < 50e6 && kind !== 'counter' ? sum + (watts * (nextUs - us)) / 1e6 : sum;
    }, 0);
    if (kind !== 'counter') expect(polledJ / bJ).toBeCloseTo(1, 2);
    // What has been seen whole leaves nothing unseen but at the span's ends.
    const share = Math.abs(unseenJ) / aJ;
    if (kind === 'counter') expect(share).toBeLessThan(0.01);
    expect(Math.abs(remainderJ) / aJ).toBeLessThan(0.005);
  });

  it('knows what a sensor that looks a quarter of the time has not seen', () => {
    const sharesOf = (kind: 'dutyCycled' | 'counter') =>
      Array.from({ length: 12 }, (_, seed) => {
        const { aJ, unseenJ } = makePair(drawRecipe('bursts', seed, { sensor: kind })).truth.over({
          fromS: 5,
          toS: 55,
        });
        return Math.abs(unseenJ) / aJ;
      });
    expect(Math.max(...sharesOf('dutyCycled'))).toBeGreaterThan(5 * Math.max(...sharesOf('counter')));
  });

  it('has the lags that its sensor has', () => {
    const recipe = recipeOf();
    const { truth } = makePair(recipe);
    expect(truth.delayS).toBeCloseTo(truth.latencyS + truth.windowS! / 2, 12);
    expect(truth.shiftS).toBeCloseTo(truth.delayS + truth.updateS / 2, 12);
    const pole = makePair(drawRecipe('bursts', 3, { sensor: 'onePole' })).truth;
    expect(pole.windowS).toBeNull();
    expect(pole.delayS).toBeCloseTo(pole.latencyS + pole.timeConstantS!, 12);
  });

  it('is of two devices where it is unrelated, and of another that does the same where it is a twin', () => {
    const same = makePair(recipeOf());
    const none = makePair(recipeOf({ relation: 'none', otherLoad: 'bursts' }));
    const twin = makePair(recipeOf({ relation: 'twin' }));
    expect(none.board).toEqual(same.board);
    expect(twin.board).toEqual(same.board);
    expect(correlation(same.readings.value, twin.readings.value)).toBeGreaterThan(0.98);
    expect(twin.readings.value).not.toEqual(same.readings.value);
    expect(correlation(same.readings.value, none.readings.value)).toBeLessThan(0.5);
  });
});

function correlation(a: Float64Array, b: Float64Array): number {
  const n = Math.min(a.length, b.length);
  const mean = (values: Float64Array) => values.subarray(0, n).reduce((sum, each) => sum + each, 0) / n;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB);
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

describe('what goes wrong', () => {
  const plain = makePair(clean(recipeOf()));
  const spoiled = (name: Parameters<typeof spoil>[1]) => makePair(spoil(clean(recipeOf()), name));

  it('zeros and spikes are some readings, and leave the others', () => {
    for (const name of ['zeros', 'spikes'] as const) {
      const { value } = spoiled(name).readings;
      const changed = value.filter((each, n) => each !== plain.readings.value[n]);
      expect(changed.length / value.length).toBeGreaterThan(0.004);
      expect(changed.length / value.length).toBeLessThan(0.02);
      expect(changed.every((each) => (name === 'zeros' ? each === 0 : each > 200))).toBe(true);
    }
  });

  it('spans are missing', () => {
    const recipe = spoil(clean(recipeOf()), 'missing');
    const { timeUs } = makePair(recipe).readings;
    expect(recipe.flaws.missing).toHaveLength(3);
    for (const { fromS, toS } of recipe.flaws.missing)
      expect(timeUs.some((us) => us > fromS * 1e6 + 2 && us < toS * 1e6 - 2)).toBe(false);
  });

  it('a clock drifts about the middle, and one steps', () => {
    const drift = spoiled('drift');
    const last = plain.readings.timeUs.length - 1;
    const gained = (n: number) => (drift.readings.timeUs[n]! - plain.readings.timeUs[n]!) / 1e6;
    expect((gained(last) - gained(0)) / (60 / 3600) / drift.truth.driftSPerHour).toBeCloseTo(1, 1);
    expect(gained(last) + gained(0)).toBeCloseTo(0, 2);
    expect(drift.readings.value).toEqual(plain.readings.value);
    const { flaws } = spoil(clean(recipeOf()), 'clockStep');
    const step = spoiled('clockStep');
    const { atS, byS } = flaws.clockStep!;
    expect(step.readings.timeUs[0]).toBe(plain.readings.timeUs[0]);
    expect((step.readings.timeUs.at(-1)! - plain.readings.timeUs.at(-1)!) / 1e6).toBeCloseTo(byS, 5);
    expect(step.truth.over({ fromS: 1, toS: atS - 5 }).bJ).toBeCloseTo(
      plain.truth.over({ fromS: 1, toS: atS - 5 }).bJ,
      6,
    );
    expect(step.truth.over({ fromS: atS + 5 + byS, toS: 55 + byS }).bJ).toBeCloseTo(
      plain.truth.over({ fromS: atS + 5, toS: 55 }).bJ,
      6,
    );
  });

  it('readings are whole watts', () => {
    expect(spoiled('coarse').readings.value.every(Number.isInteger)).toBe(true);
  });

  it('polls are locked to updates', () => {
    const recipe = spoil(
      clean({ ...recipeOf(), polling: { ...recipeOf().polling, ownStamps: true } }),
      'locked',
    );
    const { readings, truth } = makePair({ ...recipe, polling: { ...recipe.polling, ownStamps: true } });
    const ages = readings.timeUs.map((us, n) => us - readings.updatedUs![n]!);
    const middle = [...ages].sort((a, b) => a - b)[ages.length >> 1]!;
    const near = ages.filter((age) => Math.abs(age - middle) < 2000).length;
    expect(near / ages.length).toBeGreaterThan(0.9);
    expect(truth.updateS).toBe(recipe.polling.intervalS);
  });
});
