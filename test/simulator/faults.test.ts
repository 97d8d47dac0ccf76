import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { makeFrameCheck } from '#powerlog/board/check.js';
import { UserError } from '#powerlog/errors.js';
import { FaultInjector } from '#powerlog/simulator/fault-injector.js';
import { faultNames, parseFaults, type WireFaultName, wireFaultNames } from '#powerlog/simulator/faults.js';
import { makeProfileFeed } from '#powerlog/simulator/feed.js';
import { identityReplies } from '#powerlog/simulator/model.js';
import { Tally } from '#powerlog/simulator/port/tally.js';

const benchlab = boardFor('benchlab')!;

describe('--fault', () => {
  it('reads chances, times and defaults', () => {
    expect(parseFaults('drop:1e-4, late:0.001:200ms,unplug:60s')).toEqual({
      rates: { drop: 1e-4, late: 0.001 },
      lateMs: 200,
      unplug: { periodMs: 60_000, awayMs: 2000 },
    });
    expect(parseFaults('unplug:1m:500ms').unplug).toEqual({ periodMs: 60_000, awayMs: 500 });
    expect(parseFaults('late:1').lateMs).toBe(300);
  });

  it.each([
    ['dorp:1e-4', /'dorp' is not a fault; there are drop, repeat, /],
    ['', /'' is not a fault/],
    ['drop', /'drop' is not of the form drop:CHANCE/],
    ['drop:2', /'2' is not a chance from 0 to 1/],
    ['drop:-1', /'-1' is not a chance/],
    ['drop:1%', /'1%' is not a chance/],
    ['drop:1e-4:5ms', /form drop:CHANCE/],
    ['late:1e-4:5', /'5' is not a duration/],
    ['late:1e-4:0ms', /a time above 0/],
    ['unplug:1e-4', /'1e-4' is not a duration/],
    ['unplug:1s:2s:3s', /form unplug:PERIOD\[:AWAY\]/],
    ['drop:0.1,drop:0.2', /twice/],
    ['drop:0.6,short:0.6', /add up to 1.2/],
  ])('refuses %j and says what is allowed', (text, message) => {
    let error: unknown;
    try {
      parseFaults(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  });
});

const frame = makeProfileFeed(benchlab, { profile: 'train', seed: 1 }).next(1e12)!;
const others = [...identityReplies(benchlab, 1, 'a name').values()];

function injector(plan: string, seed = 1) {
  const tally = new Tally();
  const injected = new FaultInjector(benchlab, parseFaults(plan), seed, others, tally);
  const deliver = (nowNs = 0) => {
    const { bytes, delayMs } = injected.deliver(frame, nowNs);
    return { bytes: Buffer.from(bytes), delayMs };
  };
  return { deliver, tally };
}

/** One fault of a kind, with chance deciding its place. */
const spoiled = (kind: WireFaultName, seed: number) => injector(`${kind}:1`, seed).deliver();
const anySeed = (property: (seed: number) => void) =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      property(seed);
    }),
  );

/** Whether `longer` without one of its bytes is `shorter`. */
function isWithoutOne(longer: Uint8Array, shorter: Uint8Array): boolean {
  let at = 0;
  while (at < shorter.length && longer[at] === shorter[at]) at++;
  return (
    Buffer.compare(longer.slice(at + 1), shorter.slice(at)) === 0 && longer.length === shorter.length + 1
  );
}

describe('what a fault does to a reply', () => {
  it('drop: one byte is lost', () =>
    anySeed((seed) => expect(isWithoutOne(frame, spoiled('drop', seed).bytes)).toBe(true)));

  it('repeat: one byte comes twice', () =>
    anySeed((seed) => {
      const { bytes } = spoiled('repeat', seed);
      expect(isWithoutOne(bytes, frame)).toBe(true);
      const at = bytes.findIndex((byte, index) => byte !== frame[index]);
      if (at > 0) expect(bytes[at]).toBe(bytes[at - 1]);
    }));

  it('stray: up to 16 bytes before or behind', () => {
    const sides = new Set<string>();
    anySeed((seed) => {
      const { bytes } = spoiled('stray', seed);
      const extra = bytes.length - 216;
      expect(extra).toBeGreaterThanOrEqual(1);
      expect(extra).toBeLessThanOrEqual(16);
      const behind = Buffer.compare(bytes.subarray(0, 216), frame) === 0;
      if (!behind) expect(bytes.subarray(extra)).toEqual(Buffer.from(frame));
      sides.add(behind ? 'behind' : 'before');
    });
    expect(sides.size).toBe(2);
  });

  it('double, short, silent, late', () => {
    expect(spoiled('double', 1).bytes).toEqual(Buffer.concat([frame, frame]));
    expect(spoiled('short', 1).bytes).toEqual(Buffer.from(frame.subarray(0, 108)));
    expect(spoiled('silent', 1).bytes).toHaveLength(0);
    expect(spoiled('late', 1)).toEqual({ bytes: Buffer.from(frame), delayMs: 300 });
    expect(injector('late:1:1s').deliver().delayMs).toBe(1000);
  });

  it('wrong: the answer to another question, each of them in time', () => {
    const lengths = new Set<number>();
    anySeed((seed) => {
      lengths.add(spoiled('wrong', seed).bytes.length);
    });
    expect([...lengths].sort((a, b) => a - b)).toEqual([3, 12, 32, 178]);
  });

  it('garble: as long as a frame, and no frame can read so', () => {
    const check = makeFrameCheck(benchlab);
    anySeed((seed) => {
      const { bytes } = spoiled('garble', seed);
      expect(bytes).toHaveLength(216);
      expect(check(new DataView(bytes.buffer, bytes.byteOffset, 216), 0)).toBe(false);
    });
  });

  it('slow: slower and slower, past any deadline, then as before', () => {
    const { deliver, tally } = injector('slow:1');
    const delays = Array.from({ length: 8 }, () => deliver().delayMs);
    expect(delays).toEqual([8, 16, 32, 64, 128, 256, 512, 8]);
    expect(tally.read().faults.slow).toBe(2);
  });
});

describe('how often', () => {
  const plan = wireFaultNames.map((kind) => `${kind}:0.01`).join(',');

  it('comes near the chance asked for, and is counted with its instant', () => {
    const { deliver, tally } = injector(plan);
    const replies = 50_000;
    for (let i = 0; i < replies; i++) deliver(i);
    const { faults, faultInstants } = tally.read();
    // `slow` takes seven replies, in which no other fault begins: about 47,000 draws; five standard deviations.
    for (const kind of wireFaultNames) expect(Math.abs(faults[kind] - 467)).toBeLessThan(5 * Math.sqrt(467));
    expect(faultInstants).toHaveLength(Object.values(faults).reduce((a, b) => a + b, 0));
    expect(faultInstants.filter(({ kind }) => kind === 'drop')).toHaveLength(faults.drop);
    expect(faultInstants.every(({ atNs }, i) => i === 0 || atNs > faultInstants[i - 1]!.atNs)).toBe(true);
  });

  it('is the same again with the same seed, and another with another', () => {
    const run = (seed: number) => {
      const { deliver } = injector(plan, seed);
      return Buffer.concat(Array.from({ length: 500 }, () => deliver().bytes)).toString('hex');
    };
    expect(run(4)).toBe(run(4));
    expect(run(4)).not.toBe(run(5));
  });

  it('leaves every other reply as it is', () => {
    const { deliver, tally } = injector('drop:0.1');
    let whole = 0;
    for (let i = 0; i < 1000; i++) if (Buffer.compare(deliver().bytes, frame) === 0) whole++;
    expect(whole).toBe(1000 - tally.read().faults.drop);
  });
});

it('is described in docs/simulator.md, each fault in its own line', () => {
  const page = readFileSync('docs/simulator.md', 'utf8');
  expect([...page.matchAll(/^\| `(\w+):/gm)].map((match) => match[1])).toEqual([...faultNames]);
});
