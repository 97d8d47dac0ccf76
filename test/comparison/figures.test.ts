import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';
import { compared, type JsonFigures, lines, recorded, unixS, write } from './pair.js';

const { place, readings, csv } = recorded(6, [
  { name: 'warm & <cold>', fromUs: 5_000_000, toUs: 20_000_000 },
  { name: 'train', fromUs: 22_000_000, toUs: 50_000_000 },
]);
const b = place('b.csv');
let json: JsonFigures;

beforeAll(() => {
  write(
    b,
    lines(readings, 'unix_time,gpu_power_w', (each) => `${unixS(each).toFixed(4)},${each.watts.toFixed(2)}`),
  );
  json = compared([csv, b]);
});

describe('the document', () => {
  const keys = [
    ...['update_s', 'window_s', 'delay_s', 'latency_s', 'shift_s', 'drift_s_per_hour', 'gain', 'offset_w'],
    ...['correlation', 'rmse_raw_w', 'rmse_shifted_w', 'rmse_aligned_w', 'mean_difference_w', 'energy_a_j'],
    ...['energy_b_j', 'energy_difference_j', 'energy_difference_pct', 'energy_linear_j', 'energy_unseen_j'],
    'energy_remainder_j',
  ];

  it('has every figure with its interval or the reason why there is none', () => {
    for (const key of keys) {
      expect(json).toHaveProperty(key);
      const interval = json[`${key}_interval`] as [number, number] | null;
      if (json[key] === null) {
        expect(interval).toBeNull();
        expect(json[`${key}_reason`]).toMatch(/\w/);
      } else if (interval) {
        expect(interval[0]).toBeLessThanOrEqual(json[key] as number);
        expect(interval[1]).toBeGreaterThanOrEqual(json[key] as number);
      } else expect(json[`${key}_reason`]).toMatch(/\w/);
    }
    expect(json).toMatchObject({ verdict: 'related', rivals: [] });
    expect(json.span_s).toBeGreaterThan(58);
  });

  it('has the same of each phase of the summary of A', () => {
    expect(json.phases.map(({ name }) => name)).toEqual(['warm & <cold>', 'train']);
    for (const phase of json.phases) for (const key of keys) expect(phase).toHaveProperty(key);
    const train = json.phases[1]!;
    expect(train.span_s).toBeCloseTo(28, 0);
    expect((train.energy_b_j as number) - (train.energy_a_j as number)).toBeCloseTo(
      train.energy_difference_j as number,
      3,
    );
    expect(train.mean_difference_w).toBeCloseTo(-20, 0);
  });
});

describe('what is printed', () => {
  it('says that two count the same where they do, and by how much they may differ', () => {
    const [, second] = powerlog(words`compare ${csv} ${csv}`).out.split('\n');
    expect(second).toMatch(
      /B counts as much energy as A, as far as can be told \(0\.0+ ± 0\.\d+ %; .*J against .*J\): 0\.0+/,
    );
    expect(second).not.toMatch(/[+−]0\.0* /);
  });

  it('is two sentences, a table that lines up, the phases, and what was guessed', () => {
    const { code, out, err } = powerlog(words`compare ${csv} ${b}`);
    expect([code, err]).toEqual([0, '']);
    const [first, second] = out.split('\n');
    expect(first).toMatch(
      /^b\.csv reads (?:19|20)\.\d+ ± 0\.\d+ W \(\d+\.\d %\) less than run\.csv in the mean, and its curve is (?:0\.|2\d\d|3\d\d).* late\.$/,
    );
    expect(second).toMatch(
      /^Over the 59\.\d s that both cover, b\.csv counts \d+\.\d+ ± \d+\.\d+ % less energy than run\.csv \(.*J against .*J\): −\d.* %/,
    );
    const lines = out.split('\n');
    const at = lines.findIndex((line) => /figure\s+95 %/.test(line));
    const rows = lines.slice(at + 1, at + 21);
    expect(rows).toHaveLength(20);
    const ends = rows.filter((row) => / … /.test(row)).map((row) => row.indexOf(' … '));
    expect(ends.length).toBeGreaterThan(10);
    expect(out).toMatch(/warm & <cold> +15\.00 s/);
    expect(out).toMatch(/guessed: of \d+ powers 'gpu_power_w' is taken \(also there: /);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(400);
  });

  it('is printed beside files, and not where the JSON is', () => {
    const { out } = powerlog(words`compare ${csv} ${b} --json ${place('out.json')}`);
    expect(out).toMatch(/in the mean/);
    expect(JSON.parse(readFileSync(place('out.json'), 'utf8'))).toEqual(json);
  });
});

describe('the figures', () => {
  beforeAll(() => {
    const { code, err } = powerlog(
      words`compare ${csv} ${b} --svg ${place('f.svg')} --png ${place('f.png')} --json ${place('f.json')}`,
    );
    expect([code, err]).toEqual([0, '']);
  });

  it('are both traces as they came, and smoothed and aligned, in one file', () => {
    const svg = readFileSync(place('f.svg'), 'utf8');
    expect(svg).toMatch(/<svg [^>]*width="16cm" height="16cm"/);
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    expect(texts).toContain('As they came');
    expect(
      texts.some((text) => /^Rolling mean of 200 samples \(200 ms\), B moved by −\d+ ms$/.test(text!)),
    ).toBe(true);
    expect(texts.filter((text) => text === 'A: run.csv, gpu_power_w')).toHaveLength(2);
    expect(texts.filter((text) => text === 'B: b.csv, gpu_power_w')).toHaveLength(2);
    expect(svg).toContain('warm &amp; &lt;cold&gt;');
    expect(svg).toMatch(/<desc[^>]*>b\.csv reads/);
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  it('are drawn as pixels too', () => {
    const png = readFileSync(place('f.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1890, 1890]);
  });
});
