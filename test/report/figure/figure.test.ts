import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../../cli/run.js';
import { decodePng, textsOf } from './png.js';

const scratch = mkdtempSync(join(tmpdir(), 'powerlog-figure-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let files = 0;

interface Drawn {
  readonly svg: string;
  readonly png: Buffer;
  readonly err: string;
}

/** Draws a recording both ways. */
function draw(runs: readonly string[], options: readonly string[] = []): Drawn {
  const path = join(scratch, `${files++}`);
  const { code, err } = powerlog(words`report ${runs} --svg ${path}.svg --png ${path}.png ${options}`);
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return { svg: readFileSync(`${path}.svg`, 'utf8'), png: readFileSync(`${path}.png`), err };
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
const description = (svg: string): string => unescaped(/<desc[^>]*>([^<]*)<\/desc>/.exec(svg)![1]!);
const textsIn = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => unescaped(text!));

/** Writes a CSV of a system at 1 kHz, W by sample; a null is no row. */
function csvOf(watts: readonly (number | null)[]): string {
  const path = join(scratch, `${files++}.csv`);
  const rows = watts.map((w, n) =>
    w === null ? '' : `${(n / 1000).toFixed(6)},,${w.toFixed(3)},${w.toFixed(3)},0.000,0.000\n`,
  );
  const header = 'time_s,unix_time_s,system_power_w,cpu_power_w,gpu_power_w,motherboard_power_w\n';
  writeFileSync(path, header + rows.join(''));
  return path;
}

/** Where the plot is in the picture, and where its powers are. */
function plotOf(svg: string) {
  const [, left, top, width, height] = /<clipPath[^>]*><rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/
    .exec(svg)!
    .map(Number);
  const [, grid] = /<path d="((?:M\d+ \d+h\d+)+)"/.exec(svg)!;
  const lines = [...grid!.matchAll(/M\d+ (\d+)/g)].map(([, y]) => Number(y));
  const [, axis] = /<g [^>]*text-anchor="end"[^>]*>(.*?)<\/g>/s.exec(svg)!;
  const values = textsIn(axis!).map(Number);
  const perPixel = (values.at(-1)! - values[0]!) / (lines[0]! - lines.at(-1)!);
  return {
    ...{ left: left!, top: top!, width: width!, height: height! },
    yOf: (watts: number) => Math.round(lines[0]! - (watts - values[0]!) / perPixel),
  };
}

/** From 0 for white to 1 for black. */
const darkness = (rgb: readonly number[]): number => 1 - rgb.reduce((sum, each) => sum + each, 0) / 765;

/** Always the same numbers below 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a figure', () => {
  it.each([
    [[], 1890, 1063, 300],
    [words`--size 8.5x6cm --dpi 600`, 2008, 1417, 600],
    [words`--size 3.5x2in --dpi 96`, 336, 192, 96],
    [words`--size 90x50mm`, 1063, 591, 300],
  ])('has the size that is asked for: %j', (options, width, height, dpi) => {
    const { png, svg } = draw(['fixtures/synthetic.plog'], options);
    const picture = decodePng(png);
    expect([picture.width, picture.height]).toEqual([width, height]);
    const [resolution] = picture.chunks.get('pHYs')!;
    expect(resolution!.readUInt32BE(0) / 39.3701).toBeCloseTo(dpi, 1);
    expect([resolution!.readUInt32BE(4), resolution![8]]).toEqual([resolution!.readUInt32BE(0), 1]);
    expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`);
    expect(svg).toMatch(/^<svg [^>]*width="[\d.]+cm" height="[\d.]+cm"/);
  });

  it('is the same each time it is drawn', () => {
    const [one, other] = [draw(['fixtures/synthetic.plog']), draw(['fixtures/synthetic.plog'])];
    expect(one.svg).toBe(other.svg);
    expect(one.png.equals(other.png)).toBe(true);
  });

  it('shows each of 200 single samples that stand out, in full and at its height', () => {
    const random = numbers(15);
    const watts = Array.from({ length: 120_000 }, () => 100 + 4 * random());
    const spikes = Array.from({ length: 200 }, () => ({
      sample: 1 + Math.floor(random() * (watts.length - 2)),
      watts: random() < 0.5 ? 250 + 250 * random() : 20 + 40 * random(),
    }));
    for (const spike of spikes) watts[spike.sample] = spike.watts;
    const { png, svg } = draw([csvOf(watts)], words`--series system`);
    const { left, width, yOf } = plotOf(svg);
    const { at } = decodePng(png);
    const columnPx = 2;
    const columnOf = (sample: number) => Math.floor((sample / (watts.length - 1)) * (width / columnPx));
    const reach = new Map<number, [number, number]>();
    watts.forEach((w, n) => {
      const [least, most] = reach.get(columnOf(n)) ?? [w, w];
      reach.set(columnOf(n), [Math.min(least, w), Math.max(most, w)]);
    });
    let seen = 0;
    for (const { sample } of spikes) {
      const w = watts[sample]!;
      const column = columnOf(sample);
      if (!reach.get(column)!.includes(w)) continue;
      const x = left + column * columnPx;
      // At its end in full colour, and down to the others at least as clear as their range is.
      for (const [y, least] of [
        [yOf(w) + (w > 102 ? 1 : -1), 0.5],
        [yOf((w + 102) / 2), 0.2],
      ] as const)
        for (let dx = 0; dx < columnPx; dx++)
          expect(darkness(at(x + dx, y)), `${w} W at sample ${sample}`).toBeGreaterThan(least);
      seen++;
    }
    expect(seen).toBeGreaterThan(150);
  });

  it('leaves gaps blank but for the hatching, with a rolling mean too', () => {
    const watts = Array.from({ length: 10_000 }, (_, n) => (n > 4000 && n < 6000 ? null : 300));
    for (const options of [[], words`--rolling 1s`, words`--rolling 500`]) {
      const { png, svg } = draw([csvOf(watts)], [...words`--series system`, ...options]);
      const { left, width, yOf } = plotOf(svg);
      const { at } = decodePng(png);
      const inGap = (n: number) => left + Math.round((n / 10_000) * width);
      let dark = 0;
      for (let x = inGap(4050); x < inGap(5950); x++) if (darkness(at(x, yOf(300))) > 0.8) dark++;
      expect(dark).toBe(0);
      expect(darkness(at(inGap(3900), yOf(300)))).toBeGreaterThan(0.8);
      expect(darkness(at(inGap(6100), yOf(300)))).toBeGreaterThan(0.8);
      expect(textsIn(svg)).toContain('not measured');
      expect(description(svg)).toMatch(/Not measured: 4\.000 s to 6\.000 s/);
    }
  });

  it('draws samples that lie far apart as dots, and none beyond what is shown', () => {
    const run = csvOf(Array.from({ length: 1000 }, (_, n) => 100 + (n % 7)));
    const { svg } = draw([run], words`--series system --from 100ms --to 120ms`);
    expect(svg.match(/<circle /g)!.length).toBe(21);
    expect(draw([run]).svg).not.toContain('<circle');
    const alone = csvOf(
      Array.from({ length: 3000 }, (_, n) => (n > 500 && n < 2500 && n !== 1500 ? null : 100)),
    );
    expect(draw([alone], words`--series system`).svg.match(/<circle /g)!.length).toBe(1);
  });

  const capture = 'fixtures/golden/runs.plog';

  it.each([
    ['at 0 s', [380]],
    ['later', [null, null, 380]],
  ])('is drawn of one sample alone too, %s', (_, watts) => {
    const { svg } = draw([csvOf(watts)], words`--series system`);
    expect(svg.match(/<circle/g)).toHaveLength(1);
    expect(description(svg)).toContain('system: min 380.00 W, max 380.00 W.');
    expect(description(svg)).toContain('Drawn from 1 sample;');
  });

  it('is not drawn where there is no sample, and that is said', () => {
    const { code, err } = powerlog(words`report ${csvOf([])} --svg ${join(scratch, 'none.svg')}`);
    expect(code).toBe(2);
    expect(err).toMatch(/there is nothing to draw: \d+\.csv has no samples/);
  });

  it('says in the file what it is of, in the summary’s own numbers', () => {
    const { svg, png } = draw([capture], words`--title ${'a & b'}`);
    const { Description, Title } = textsOf(decodePng(png));
    expect(Title).toBe('a & b');
    expect(Description).toBe(description(svg));
    expect(Description).toContain('runs.plog: power of BENCHLAB');
    const { power_w } = JSON.parse(powerlog(words`report ${capture} --json -`).out);
    const mean = Number(/gpu: mean ([\d.]+) W, min .* ± .* J \(95 %\)/.exec(Description!)![1]);
    expect(mean).toBeCloseTo(power_w.gpu.mean, 1);
    expect(Description).toMatch(/Drawn from [\d,]+ samples at [\d.]+ Hz/);
  });

  it('says of means what they are of, and no extremes but those that the summary knows', () => {
    const csv = join(scratch, 'means.csv');
    expect(powerlog(words`replay ${capture} --out ${csv} --average 100ms --quiet`).code).toBe(0);
    const whole = description(draw([csv]).svg);
    expect(whole).toContain(
      'Drawn from means of 100 ms; each column reaches from the least to the most of these means in it, lines',
    );
    expect(whole).not.toMatch(/measured in it|[\d,]+ samples/);
    const { power_w } = JSON.parse(powerlog(words`report ${csv} --json -`).out);
    const [, min, max] = /gpu: mean .* W, min ([\d.]+) W, max ([\d.]+) W/.exec(whole)!;
    expect(Number(min)).toBeCloseTo(power_w.gpu.min, 2);
    expect(Number(max)).toBeCloseTo(power_w.gpu.max, 2);
    const part = description(draw([csv], words`--from 0.3s --to 0.8s`).svg);
    expect(part).toMatch(/gpu: mean [\d.]+ W, energy [\d.]+ J/);
    expect(part).not.toMatch(/ min | max /);
  });

  it('cuts a title that is longer than it is wide, and keeps it whole in the file', () => {
    const title = 'Mittagessen '.repeat(40).trim();
    const { svg, png } = draw([capture], words`--size 8x5cm --title ${title}`);
    const shown = textsIn(svg).find((text) => text.startsWith('Mitt'))!;
    expect(shown).toMatch(/^(?:Mittagessen )+.*…$/);
    expect(shown.length).toBeLessThan(60);
    expect(textsOf(decodePng(png)).Title).toBe(title);
  });

  it('says of a part what that part cost', () => {
    const { svg } = draw(['fixtures/golden/faults.plog'], words`--from 1s --to 2s --series gpu`);
    const { power_w } = JSON.parse(
      powerlog(words`report fixtures/golden/faults.plog --from 1s --to 2s --json -`).out,
    );
    expect(description(svg)).toMatch(/from 1\.000 s to 2\.000 s/);
    expect(Number(/gpu: mean ([\d.]+) W/.exec(description(svg))![1])).toBeCloseTo(power_w.gpu.mean, 1);
  });

  it('has the joules of one component at its phases, and names it', () => {
    const capture = join(scratch, 'phases.plog');
    const marks = 'for m in begin end; do echo "$m load" >> $POWERLOG_MARKS; sleep 0.4; done';
    powerlog(
      words`exec --port sim:train --baseline 0s --quiet --capture ${capture} -- sh -c ${`${marks}; ${marks}`}`,
    );
    const { phases } = JSON.parse(powerlog(words`report ${capture} --json -`).out);
    const joules = (text: string) => Number(/([\d.]+)(?: ± [\d.]+)? J/.exec(text)![1]);
    for (const component of ['gpu', 'cpu', 'system']) {
      const { svg } = draw([capture], words`--series hpwr1,${component}`);
      const [, said] = /Phases \(energy of (.*)\n/.exec(description(svg))!;
      expect(said).toMatch(new RegExp(`^${component}\\): load \\(2 times\\) `));
      expect(Math.abs(joules(said!) - phases[0].energy_j[component])).toBeLessThan(0.6);
      const bands = textsIn(svg).filter((text) => /^[\d.]+ J$/.test(text));
      expect(bands.length).toBe(2);
      const sum = bands.map(joules).reduce((a, b) => a + b);
      expect(sum / phases[0].energy_j[component]).toBeCloseTo(1, 1);
    }
  });

  it('shows what is asked for: series by name and glob, lines that differ, several runs', () => {
    const legend = (options: readonly string[], runs = ['fixtures/golden/plain.plog']) =>
      textsIn(draw(runs, options).svg);
    expect(legend(words`--series gpu,eps*`)).toEqual(expect.arrayContaining(['gpu', 'eps1', 'eps2']));
    expect(legend(words`--series gpu,eps*`)).not.toContain('cpu');
    expect(legend([])).toEqual(expect.arrayContaining(['system', 'cpu', 'gpu', 'motherboard']));
    const both = draw(['fixtures/golden/plain.plog', 'fixtures/golden/faults.plog'], words`--series system`);
    expect(textsIn(both.svg)).toEqual(expect.arrayContaining(['plain.plog', 'faults.plog']));
    expect(both.svg).toContain('stroke-dasharray');
    const all = draw(['fixtures/golden/plain.plog'], words`--series * --theme dark`).svg;
    const styles = [
      ...all.matchAll(/<path d="M\d+ \d+H\d+" stroke="(#\w+)"[^>]*?(?:stroke-dasharray="([^"]*)")?\/>/g),
    ];
    expect(new Set(styles.map(([, colour, dash]) => `${colour} ${dash}`)).size).toBe(15);
  });

  it('carries its font for exactly the scripts that it needs', () => {
    const faces = (svg: string) => svg.match(/@font-face/g)!.length;
    expect(faces(draw(['fixtures/synthetic.plog']).svg)).toBe(1);
    expect(faces(draw(['fixtures/synthetic.plog'], words`--title ${'Ω und Łódź'}`).svg)).toBe(3);
  });
});

describe('names from elsewhere', () => {
  const capture = join(scratch, 'names.plog');
  const bad = '\u001b[31m<script>alert("x")</script>&amp;';

  it('stand in a figure as text', () => {
    const marks = ['begin', 'end']
      .map(
        (kind) =>
          `echo '${kind} ${JSON.stringify(bad).replace('\u001b', '\\u001b')}' >> $POWERLOG_MARKS; sleep 0.3`,
      )
      .join('; ');
    const point = `echo 'point "训练"' >> $POWERLOG_MARKS`;
    powerlog(
      words`exec --port sim:train --baseline 0s --quiet --capture ${capture} -- sh -c ${`${marks}; ${point}`}`,
    );
    const { svg, png, err } = draw([capture], words`--title ${bad}`);
    expect(svg).not.toMatch(/<script|\p{Cc}(?<!\n)/u);
    expect(textsIn(svg)).toContain('\\u{1b}[31m<script>alert("x")</script>&amp;');
    expect(textsIn(svg)).toContain('训练');
    expect(Buffer.from(JSON.stringify(textsOf(decodePng(png)))).includes('训练')).toBe(true);
    // Which fonts there are depends on the system.
    if (err !== '')
      expect(err).toMatch(/^powerlog: warning: no font on this system has 训 练: each stands as \?/);
  });
});

describe('phases that lie over each other', () => {
  it('have four rows; the others are counted, and all are in the description', () => {
    const capture = join(scratch, 'nested.plog');
    const names = ['one', 'two', 'three', 'four', 'first\\u000asecond', 'التدريب'];
    const marks = (kind: string) => names.map((name) => `echo '${kind} "${name}"' >> $POWERLOG_MARKS`);
    const rtl = [`echo 'begin "التدريب"' >> $POWERLOG_MARKS`, 'sleep 0.5'];
    const script = [...rtl, ...marks('end').slice(-1), ...marks('begin'), 'sleep 0.3', ...marks('end')].join(
      '; ',
    );
    powerlog(words`exec --port sim:train --baseline 0s --quiet --capture ${capture} -- sh -c ${script}`);
    const { svg } = draw([capture], words`--series gpu`);
    expect(textsIn(svg)).toContain('+2 more, in this file’s description');
    // Joules in the same text would be written into the name.
    expect(textsIn(svg)).toContain('التدريب');
    expect(textsIn(svg).some((text) => /^[\d.]+ m?J$/.test(text))).toBe(true);
    expect(description(svg)).toContain('first\\u{a}second');
    expect(description(svg)).not.toMatch(/first\n/);
  });
});

describe('what cannot be drawn', () => {
  const run = 'fixtures/synthetic.plog';
  const out = join(scratch, 'never.svg');

  it.each([
    [words`--size 16x9`, /'16x9' is not a size/],
    [words`--size 1x1cm`, /from 3 to 200 cm/],
    [words`--dpi 0`, /'0' is not a resolution/],
    [words`--dpi 300.5`, /is not a resolution/],
    [words`--size 200x200cm --dpi 2400`, /million pixels/],
    [words`--theme pink`, /Allowed choices are light, dark/],
    [words`--rolling 0`, /'0' is no length of a mean/],
    [words`--rolling soon`, /not a duration/],
    [words`--series gpu,nothing`, /there is no series 'nothing'; there are system, cpu, gpu/],
    [words`--from 1h`, /nothing of that lies between/],
  ])('is refused with one line: %j', (options, message) => {
    const { code, err } = powerlog(words`report ${run} --svg ${out} ${options}`);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(() => readFileSync(out)).toThrow();
  });

  it.each([
    [words`--theme dark`, /--theme is about figures/],
    [words`--title x --html ${out}`, /--title is about figures/],
    [words`--dpi 300 --json -`, /--dpi is about figures/],
    [words`--html ${out} --html ${out}2`, /once only/],
    [words`--svg ${out} --svg ${out}2`, /once only/],
  ])('nor is what would go unheard: %j', (options, message) => {
    const { code, err } = powerlog(words`report ${run} ${options}`);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(message) });
    expect(() => readFileSync(out)).toThrow();
  });

  it('leaves what exists alone, unless it is forced', () => {
    const existing = join(scratch, 'existing.png');
    writeFileSync(existing, 'mine');
    const { code, err } = powerlog(words`report ${run} --png ${existing}`);
    expect([code, err]).toEqual([5, expect.stringContaining('overwrite it with --force')]);
    expect(readFileSync(existing, 'utf8')).toBe('mine');
    expect(powerlog(words`report ${run} --png ${existing} --force`).code).toBe(0);
    expect(decodePng(readFileSync(existing)).width).toBe(1890);
  });

  it('is an SVG where the renderer has no build for the system, and that is said', () => {
    const png = join(scratch, 'no-renderer.png');
    const env = { NODE_OPTIONS: '--require ./test/cli/preload/without-resvg.cjs' };
    const { code, err } = powerlog(words`report ${run} --png ${png}`, undefined, env);
    expect(code).toBe(5);
    expect(err).toMatch(
      /^powerlog: PNG needs @resvg\/resvg-js.*no build.*--svg draws the same figure without\n$/,
    );
    expect(() => readFileSync(png)).toThrow();
    const svg = join(scratch, 'no-renderer.svg');
    expect(powerlog(words`report ${run} --svg ${svg}`, undefined, env).code).toBe(0);
  });

  it('is not written over the recording itself, nor twice to one file', () => {
    const twice = join(scratch, 'twice');
    expect(powerlog(words`report ${run} --svg ${run} --force`).code).toBe(2);
    expect(powerlog(words`report ${run} --svg ${twice} --png ${twice}`).code).toBe(2);
  });
});
