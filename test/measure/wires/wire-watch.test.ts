import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { defaultWireLimits } from '#powerlog/measure/wires/limits.js';
import { type WireAlarmNews, WireWatch } from '#powerlog/measure/wires/wire-watch.js';

const board = boardFor('benchlab2')!;
const connector = board.rails.findIndex(({ name }) => name === 'hpwr1');
const wires = board.wires.flatMap(({ partOf }, n) => (partOf === connector ? [n] : []));
const [watched] = wires as [number];

/** A sample: what the first wire carries, and each other, mA. */
interface Sample {
  readonly us: number;
  readonly ma: number;
  readonly othersMa: number;
}

function add(watch: WireWatch, samples: readonly Sample[]): readonly WireAlarmNews[] {
  const columns = board.fields.map(() => new Int32Array(samples.length));
  samples.forEach(({ ma, othersMa }, row) => {
    for (const wire of wires) columns[board.wires[wire]!.current]![row] = wire === watched ? ma : othersMa;
    columns[board.rails[connector]!.current]![row] = ma + (wires.length - 1) * othersMa;
  });
  return watch.add(
    Float64Array.from(samples, ({ us }) => us),
    columns,
    samples.length,
  );
}

/** Samples every so many µs, for as long. */
const samplesOf = (
  everyUs: number,
  forUs: number,
  at: (us: number) => Omit<Sample, 'us'>,
  fromUs = 0,
): Sample[] =>
  Array.from({ length: Math.floor(forUs / everyUs) }, (_, n) => fromUs + n * everyUs).map((us) => ({
    us,
    ...at(us),
  }));

const even = (ma: number) => ({ ma, othersMa: ma });
const limitMa = defaultWireLimits.current_a * 1000;
const ofKind = (news: readonly WireAlarmNews[], kind: 'current' | 'share') =>
  news.filter(({ alarm }) => alarm.kind === kind);

describe('a wire that is held against limits', () => {
  it('is judged the same however its samples are cut into blocks', () => {
    const swing = fc.record({
      us: fc.integer({ min: 1000, max: 400_000 }),
      ma: fc.integer({ min: 0, max: 12_000 }),
      othersMa: fc.integer({ min: 0, max: 9000 }),
    });
    fc.assert(
      fc.property(
        fc.array(swing, { minLength: 1, maxLength: 120 }),
        fc.array(fc.nat(120), { maxLength: 8 }),
        (spaced, cuts) => {
          let us = 0;
          const samples = spaced.map((each) => {
            us += each.us;
            return { ...each, us };
          });
          const whole = new WireWatch(board, defaultWireLimits);
          const expected = add(whole, samples).map(({ row, alarm }) => ({ at: row, alarm }));
          const pieces = new WireWatch(board, defaultWireLimits);
          const edges = [...new Set([0, ...cuts.map((cut) => cut % samples.length), samples.length])].sort(
            (a, b) => a - b,
          );
          const found = edges.slice(1).flatMap((to, n) => {
            const from = edges[n]!;
            return add(pieces, samples.slice(from, to)).map(({ row, alarm }) => ({ at: from + row, alarm }));
          });
          expect(found).toEqual(expected);
          expect(pieces.tallies(watched)).toEqual(whole.tallies(watched));
          expect(pieces.shareMax(watched)).toBe(whole.shareMax(watched));
          expect(pieces.open).toEqual(whole.open);
        },
      ),
    );
  });

  it('is no alarm for an excursion that a power supply has to bear, of whatever size, and is one beyond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 50_000 }),
        fc.integer({ min: 500_000, max: 1_500_000 }),
        fc.integer({ min: 1000, max: 100_000 }),
        fc.integer({ min: limitMa + 1, max: 60_000 }),
        (everyUs, fromUs, forUs, ma) => {
          const forTimeUs = (longUs: number) =>
            add(
              new WireWatch(board, defaultWireLimits),
              samplesOf(everyUs, 4e6, (us) => even(us >= fromUs && us < fromUs + longUs ? ma : 8300)),
            );
          expect(ofKind(forTimeUs(forUs), 'current')).toEqual([]);
          const [news] = ofKind(forTimeUs(4 * (100_000 + everyUs)), 'current');
          // From when on is known to a window.
          expect(news!.alarm.beganUs).toBeGreaterThan(fromUs - 100_000 - everyUs);
          expect(news!.alarm.beganUs).toBeLessThan(fromUs + 100_000 + everyUs);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is one alarm where it swings about its limit, and two where it was quiet between', () => {
    const about = fc.integer({ min: Math.ceil(limitMa * 0.96), max: Math.floor(limitMa * 1.04) });
    fc.assert(
      fc.property(fc.array(about, { minLength: 2000, maxLength: 2000 }), (noise) => {
        const watch = new WireWatch(board, defaultWireLimits);
        add(
          watch,
          noise.map((ma, n) => ({ us: n * 10_000, ...even(ma) })),
        );
        expect(watch.tallies(watched)[0]?.times ?? 0).toBeLessThanOrEqual(1);
      }),
      { numRuns: 20 },
    );
    const watch = new WireWatch(board, defaultWireLimits);
    // A load that swings once a second for five seconds, then rests for two, and comes again.
    add(
      watch,
      samplesOf(1000, 9e6, (us) => even((us < 5e6 || us >= 7e6) && us % 1e6 < 500_000 ? 10_000 : 2000)),
    );
    const [tally] = watch.tallies(watched);
    expect(tally).toMatchObject({ kind: 'current', times: 2, highest: 10_000, firstUs: 0 });
    expect(tally!.totalUs / 1e6).toBeCloseTo(4.5 + 1.5, 1);
  });

  it('ends when it was last over, with the highest that it came to', () => {
    const samples = samplesOf(1000, 5e6, (us) => even(us < 2e6 ? (us < 1e6 ? 10_000 : 11_000) : 5000));
    const [begun, ended, ...more] = ofKind(add(new WireWatch(board, defaultWireLimits), samples), 'current');
    expect(more.length).toBe(2 * (wires.length - 1));
    expect(begun!.alarm).toMatchObject({ beganUs: 0, endedUs: null, currentMa: 10_000, limit: limitMa });
    expect(begun!.row).toBe(300);
    const end = ended!.alarm.wire === watched ? ended : more.find(({ alarm }) => alarm.wire === watched);
    expect(end!.alarm).toMatchObject({ beganUs: 0, currentMa: 11_000 });
    expect(end!.alarm.endedUs! / 1e6).toBeCloseTo(2, 1);
  });

  it('is over where nothing is known of it for long, and another afterwards', () => {
    const watch = new WireWatch(board, defaultWireLimits);
    const before = samplesOf(1000, 1e6, () => even(10_000));
    const behind = samplesOf(1000, 1e6, () => even(10_000), 30e6);
    const news = ofKind(add(watch, [...before, ...behind]), 'current').filter(
      ({ alarm }) => alarm.wire === watched,
    );
    expect(news.map(({ row, alarm: { beganUs, endedUs } }) => ({ row, beganUs, endedUs }))).toEqual([
      { row: 300, beganUs: 0, endedUs: null },
      { row: 1000, beganUs: 0, endedUs: 999_000 },
      { row: 1300, beganUs: 30e6, endedUs: null },
    ]);
    expect(watch.tallies(watched)).toMatchObject([{ times: 2, isOpen: true }]);
  });

  it('is held against its share from ten amperes on, and never against what was not asked for', () => {
    const shareAt = (ma: number, othersMa: number, limits = defaultWireLimits) => {
      const watch = new WireWatch(board, limits);
      add(
        watch,
        samplesOf(1000, 1e6, () => ({ ma, othersMa })),
      );
      return { max: watch.shareMax(watched), kinds: watch.tallies(watched).map(({ kind }) => kind) };
    };
    expect(shareAt(4999, 1000)).toEqual({ max: null, kinds: [] });
    expect(shareAt(5000, 1000)).toEqual({ max: 0.5, kinds: ['share'] });
    // Half as much again as a sixth, and a little more.
    expect(shareAt(3000, 1800)).toEqual({ max: 0.25, kinds: [] });
    expect(shareAt(3010, 1800).kinds).toEqual(['share']);
    expect(shareAt(5000, 1000, { current_a: 9.2, share: 0.5 }).kinds).toEqual([]);
    expect(shareAt(5000, 1000, { current_a: 4.9, share: 1 }).kinds).toEqual(['current']);
  });
});
