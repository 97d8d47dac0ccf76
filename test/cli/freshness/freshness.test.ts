import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type BoardModelOptions, makeBoardModel } from '#powerlog/simulator/model.js';
import { encode, preamble, type Sample, scratch } from '../../capture/samples.js';
import { seeded } from '../../measure/freshness/board.js';
import { powerlog, words } from '../run.js';

/** A capture of this board, asked about once a ms for so long, however busy this machine is. */
function captureOf(options: BoardModelOptions, seconds = 4): string {
  const model = makeBoardModel({ profile: 'train', ...options });
  const random = seeded(4);
  const samples: Sample[] = [];
  for (let ns = 0; ns < seconds * 1e9; ns += Math.round(950_000 + 100_000 * random())) {
    const replyNs = ns + 800_000;
    samples.push({
      ...{ requestNs: ns, replyNs, events: [] },
      frame: Buffer.from(model.reply(0x01, 50e9 + (ns + replyNs) / 2)!),
    });
  }
  const path = join(scratch(), 'run.plog');
  writeFileSync(path, Buffer.concat([preamble, ...encode(samples)]));
  return path;
}

const summaryOf = (csv: string) => JSON.parse(readFileSync(csv.replace('.csv', '.summary.json'), 'utf8'));
const codesOf = ({ warnings }: { warnings: { code: string }[] }) => warnings.map(({ code }) => code);

function replayed(capture: string) {
  const out = capture.replace('.plog', '.csv');
  const { code, err } = powerlog(words`replay ${capture} --out ${out} --force`);
  expect(code).toBe(0);
  return { out, err, summary: summaryOf(out) };
}

describe('a recording of a board that holds its readings', () => {
  const capture = () => captureOf({ updateNs: 10e6 });

  it('says how often they are new, in the summary, on its closing lines and with a warning that names a rate', () => {
    const { summary, err } = replayed(capture());
    const { freshness, warnings } = summary;
    expect(freshness.update_s).toBeCloseTo(0.01, 4);
    expect(freshness.update_uncertainty_s).toBeLessThan(0.0002);
    expect(freshness.repeated_share).toBeCloseTo(0.9, 2);
    expect(freshness.rails.hpwr1.update_s).toBeCloseTo(0.01, 4);
    expect(err).toMatch(/new readings: every 10\.0\d* ± 0\.\d+ ms; 90 % of the samples repeat/);
    const warning = warnings.find(({ code }: { code: string }) => code === 'samples-outrun-board');
    expect(warning.message).toMatch(
      /every 10 ms and was sampled every (?:0\.9\d+|1|1\.0\d) ms.*--rate 15[01]/,
    );
  });

  it('states a larger uncertainty for it, of the whole and of a part', () => {
    const [held, fresh] = [capture(), captureOf({})];
    const edges = (path: string, ...part: string[]) => {
      const { code, out } = powerlog(words`report ${path} --json - ${part}`);
      expect(code).toBe(0);
      return JSON.parse(out).uncertainty.edges_j.gpu as number;
    };
    for (const part of [[], words`--from 0.5s --to 2s`])
      expect(edges(held, ...part)).toBeGreaterThan(3 * edges(fresh, ...part));
  });

  it('tells the same of its CSV, of a part of it, and of the part of a capture', () => {
    const path = capture();
    const { out, summary } = replayed(path);
    const told = (...args: string[]) =>
      JSON.parse(powerlog(['report', ...args, '--json', '-']).out).freshness;
    expect(told(out)).toEqual(summary.freshness);
    const part = words`--from 1s --to 2s`;
    expect(told(out, ...part)).toEqual(told(path, ...part));
    expect(told(path, ...part).update_s).toBeCloseTo(0.01, 3);
  });

  it('is what was told while it was recorded', () => {
    const folder = scratch();
    const [out, plog] = [join(folder, 'run.csv'), join(folder, 'run.plog')];
    expect(
      powerlog(words`record --port sim:train,update=100ms -d 3s --out ${out} --capture ${plog} -q`).code,
    ).toBe(0);
    const { freshness } = summaryOf(out);
    expect(replayed(plog.replace('.plog', '.plog')).summary.freshness).toEqual(freshness);
    // How well it is known depends on how busy this machine is; what is told is true.
    const { update_s, no_slower_than_s } = freshness;
    if (update_s === null) expect(no_slower_than_s).toBeGreaterThan(0.098);
    else expect(Math.abs(update_s / 0.1 - 1)).toBeLessThan(0.1);
  });
});

describe('a recording of a board that is as fast as it is asked', () => {
  it('says that it is no slower, and has no warning', () => {
    const { summary, err } = replayed(captureOf({}));
    expect(summary.freshness).toMatchObject({ update_s: null, no_slower_than_s: expect.closeTo(0.001, 4) });
    expect(codesOf(summary)).not.toContain('samples-outrun-board');
    expect(err).toMatch(/new readings: every 1\.00 ms or more often/);
  });
});

describe('a recording without noise', () => {
  it('cannot tell', () => {
    const constant = replayed(captureOf({ profile: 'constant', updateNs: 10e6 }));
    expect(constant.summary.freshness).toMatchObject({ update_s: null, no_slower_than_s: null });
    expect(constant.err).toContain("how often can't be told: no rail ever changed");
    // A load that steps once a second is no board that looks once a second.
    const square = replayed(captureOf({ profile: 'square' }, 16));
    expect(square.summary.freshness.update_s).toBeNull();
    for (const { summary } of [constant, square])
      expect(codesOf(summary)).not.toContain('samples-outrun-board');
  });
});

describe('means', () => {
  it('tell nothing of it', () => {
    const path = captureOf({ updateNs: 10e6 });
    const out = path.replace('.plog', '.csv');
    expect(powerlog(words`replay ${path} --out ${out} --average 50ms -q`).code).toBe(0);
    expect(summaryOf(out).freshness.update_s).toBeCloseTo(0.01, 4);
    // The summary beside them is still that of the samples.
    expect(JSON.parse(powerlog(words`report ${out} --json -`).out).freshness.update_s).toBeCloseTo(0.01, 4);
    const bare = join(scratch(), 'bare.csv');
    writeFileSync(bare, readFileSync(out));
    expect(JSON.parse(powerlog(words`report ${bare} --json -`).out).freshness).toBeNull();
  });
});

describe('powerlog info', () => {
  it('samples a moment and says how often readings are new', () => {
    const { code, out } = powerlog(words`info --port sim:train,update=50ms --json`);
    expect(code).toBe(0);
    const { readings, freshness } = JSON.parse(out);
    expect(readings.system_power_w).toBeGreaterThan(0);
    const { update_s, no_slower_than_s, repeated_share } = freshness;
    expect(repeated_share).toBeGreaterThanOrEqual(0);
    // A machine that was busy for most of the moment leaves nothing to tell it from; what is told is true.
    if (repeated_share > 0.5) expect(update_s ?? no_slower_than_s ?? 1).toBeGreaterThan(0.04);
    expect(powerlog(words`info --port sim:constant`).out).toMatch(/New readings +how often can't be told/);
  });
});

describe('powerlog info on a machine that has better to do than sample', () => {
  it('looks as long as ever, from the first sample on', () => {
    const late = fileURLToPath(new URL('../preload/late-sampling.cjs', import.meta.url));
    const { out } = powerlog(words`info --port sim:train,update=50ms --json`, undefined, {
      NODE_OPTIONS: `--require ${late}`,
    });
    const { update_s, no_slower_than_s, repeated_share } = JSON.parse(out).freshness;
    if (repeated_share > 0.5) expect(update_s ?? no_slower_than_s).not.toBeNull();
  });
});

describe('simulate --update', () => {
  it('refuses what is no interval, and a capture whose frames have their own', () => {
    const refused = powerlog(words`simulate --update 0s`);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('at least 0.05ms') });
    expect(powerlog(words`simulate --update 10ms --from run.plog`).code).toBe(2);
    expect(powerlog(words`record --port sim:train,update=fast --out x.csv`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('not a duration'),
    });
  });
});
