import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RailMap } from '#powerlog/measure/rail-map.js';
import { carryOut, planRepair } from '#powerlog/session/repair/repair.js';
import { encode, end, preamble, readAll, sample, scratch } from '../capture/samples.js';
import { powerlog, words } from '../cli/run.js';

const golden = 'fixtures/synthetic.plog';
/** The golden capture's CSV: 96 rows, the slot on PCIe 3. */
const csv = readFileSync('fixtures/synthetic.csv');
const firstRow = csv.indexOf('\n') + 1;

async function repaired(name: string, bytes: Uint8Array, map?: RailMap) {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  const plan = await planRepair(path, { map: map && (() => map) });
  expect(readFileSync(path).equals(bytes)).toBe(true); // planning changes nothing
  await carryOut(plan);
  return { plan, path, bytes: readFileSync(path) };
}

const summaryBeside = (path: string) =>
  JSON.parse(readFileSync(path.replace(/\.[^/]*$/, '.summary.json'), 'utf8'));

describe('repair of a CSV', () => {
  it('cut at any byte of its last three rows keeps its whole rows, and those alone', async () => {
    const rows = csv.toString().split('\n');
    const start = csv.length - rows.slice(-4).join('\n').length;
    const path = join(scratch(), 'run.csv');
    for (let length = start; length < csv.length; length += 3) {
      writeFileSync(path, csv.subarray(0, length));
      const plan = await planRepair(path, { map: undefined });
      await carryOut(plan);
      const whole = csv.subarray(0, csv.subarray(0, length).lastIndexOf('\n') + 1);
      expect(readFileSync(path).equals(whole)).toBe(true);
      expect(plan.torn).toBe(whole.length < length);
      expect(plan.tornBytes).toBe(length - whole.length);
    }
  });

  it('padded with zeros after power loss, behind a part of a row or not, drops that', async () => {
    for (const tail of [
      Buffer.alloc(5000),
      Buffer.alloc(200_000),
      Buffer.from('21.500000,17'),
      Buffer.from('21.500000,17\0\0'),
    ]) {
      const { bytes, plan } = await repaired('run.csv', Buffer.concat([csv, tail]));
      expect(bytes.equals(csv)).toBe(true);
      expect(plan).toMatchObject({ torn: true, tornBytes: tail.length, samples: 96 });
    }
  });

  it('makes the summary that the rows support, and says what it cannot know', async () => {
    const folder = scratch();
    const live = join(folder, 'live.csv');
    expect(powerlog(words`replay ${golden} --out ${live}`).code).toBe(0);
    const { path } = await repaired('run.csv', Buffer.concat([csv, Buffer.from('0.1')]));
    const [known, rebuilt] = [summaryBeside(live), summaryBeside(path)];
    for (const key of [
      'schema',
      'map',
      'start_unix_s',
      'duration_s',
      'samples',
      'sample_rate_hz',
      'coverage',
    ])
      expect(rebuilt[key]).toEqual(known[key]);
    for (const key of ['interval_s', 'power_w', 'energy_j', 'rails'])
      expect(rebuilt[key]).toEqual(known[key]);
    expect(rebuilt.latency_s).toBeNull();
    expect(rebuilt.board).toMatchObject({ product: 'BENCHLAB', uid: null, name: null, firmware: null });
    expect(rebuilt.warnings.slice(0, 2)).toEqual([
      {
        code: 'rebuilt',
        message: expect.stringMatching(/^made again from the rows alone: .* causes of gaps are not known$/),
      },
      { code: 'repaired', message: expect.stringContaining(`behind byte ${csv.length} of its CSV`) },
    ]);
  });

  it('of another map takes the map, refuses a wrong one, and else names only the components', async () => {
    const folder = scratch();
    const map: RailMap = { components: { pump: ['eps2'], rest: ['atx_12v', 'pcie1'] }, slot: null };
    const mapFile = join(folder, 'map.json');
    writeFileSync(mapFile, JSON.stringify(map));
    const other = Buffer.from(powerlog(words`replay ${golden} --map ${mapFile} --out -`).out);
    const given = await repaired('run.csv', other, map);
    expect(given.plan.summary!.map).toEqual(map);
    const psu = Buffer.from(powerlog(words`replay ${golden} --slot-feed psu --out -`).out);
    expect((await repaired('run.csv', psu)).plan.summary!.map.slot).toEqual({ rail: 'pcie3', feed: 'psu' });
    const wrong: RailMap = { components: { pump: ['eps1'], rest: ['atx_12v', 'pcie1'] }, slot: null };
    await expect(repaired('run.csv', other, wrong)).rejects.toMatchObject({ exitCode: 6 });
    const { plan } = await repaired('run.csv', other);
    expect(plan.summary!.map).toEqual({ components: { pump: [], rest: [] }, slot: null });
    expect(plan.summary!.energy_j).toEqual(given.plan.summary!.energy_j);
    expect(plan.summary!.warnings[0]!.message).toContain('and the map, are not known');
  });

  it('of sums alone measures those', async () => {
    const sums = Buffer.from(powerlog(words`replay ${golden} --columns power --out -`).out);
    const { plan } = await repaired('run.csv', sums);
    const whole = await repaired('run.csv', csv);
    expect(plan.summary!.energy_j).toEqual(whole.plan.summary!.energy_j);
    expect(plan.summary!.rails).toEqual({});
    // Whose sums they are, no row says: neither a board nor an accuracy is made up.
    expect(plan.summary!.board).toMatchObject({ product: 'unknown' });
    expect(plan.summary!.uncertainty.accuracy_share).toBeNull();
    expect(plan.summary!.energy_uncertainty_j).toMatchObject({ system: null });
    expect(plan.summary!.warnings.map(({ code }) => code)).toContain('no-accuracy');
  });

  it('that is compressed is written anew, beside and over', async () => {
    const zipped = Buffer.concat([gzipSync(csv.subarray(0, 5000)), gzipSync(csv.subarray(5000))]);
    const { bytes, plan } = await repaired('run.csv.gz', zipped.subarray(0, -40));
    const kept = gunzipSync(bytes);
    expect(csv.subarray(0, kept.length).equals(kept)).toBe(true);
    expect(kept.length).toBeGreaterThan(5000);
    expect(kept.at(-1)).toBe(0x0a);
    expect(plan.torn).toBe(true);
  });

  it('broken in its middle is not touched', async () => {
    const path = join(scratch(), 'run.csv');
    const bytes = Buffer.from(csv);
    bytes[firstRow + 3] = 0x78;
    writeFileSync(path, bytes);
    await expect(planRepair(path, { map: undefined })).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringMatching(/, line 2: time_s is '.*x.*', .* left as it is$/),
    });
  });

  it('never takes a changed digit position, sign or width for a row, nor for a torn one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 200 }), fc.constantFrom(...',.x- \0'), async (back, character) => {
        const at = csv.length - 2 - back;
        const bytes = Buffer.from(csv);
        if (String.fromCharCode(bytes[at]!) === character || bytes[at] === 0x0a) return;
        bytes[at] = character.charCodeAt(0);
        const lastRow = csv.lastIndexOf('\n', csv.length - 2) + 1;
        // A minus before a digit is the one change that leaves a row.
        const before = bytes[at - 1];
        if (at < lastRow || (character === '-' && (before === 0x2c || at === lastRow))) return;
        await expect(repaired('run.csv', bytes)).rejects.toMatchObject({
          exitCode: 6,
          message: expect.stringMatching(/, line 97: .* left as it is$/),
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('repair of a capture', () => {
  const blocks = [
    ...[0, 30, 60].flatMap((from) => encode(Array.from({ length: 30 }, (_, n) => sample(from + n)))),
    ...encode([sample(90, [end(1e9)])]),
  ];
  const whole = Buffer.concat([preamble, ...blocks]);

  it('drops the torn block and closes it with an end, so that replay has nothing to say', async () => {
    for (const missing of [1, 60, 100, 300, 5000]) {
      const { path, plan } = await repaired('run.plog', whole.subarray(0, -missing));
      const { samples, events, reader } = await readAll(path);
      expect(reader.problem).toBeNull();
      expect(samples).toHaveLength(plan.samples);
      expect(events).toEqual([{ type: 'end', atNs: samples.at(-1)!.replyNs, reason: 'source-ended' }]);
      expect(summaryBeside(path)).toMatchObject({
        samples: samples.length,
        warnings: expect.arrayContaining([expect.objectContaining({ code: 'repaired' })]),
      });
      expect((await planRepair(path, { map: undefined })).torn).toBe(false);
    }
  });

  it('that is compressed does the same', async () => {
    const { path, plan } = await repaired('run.plog.gz', gzipSync(whole.subarray(0, -100)));
    expect(plan).toMatchObject({ torn: true, samples: 90 });
    const { samples, reader } = await readAll(path);
    expect([samples.length, reader.problem]).toEqual([90, null]);
  });

  it('damaged in its middle is not touched', async () => {
    const path = join(scratch(), 'run.plog');
    const bytes = Buffer.from(whole);
    bytes[preamble.length + 100]! ^= 1;
    writeFileSync(path, bytes);
    await expect(planRepair(path, { map: undefined })).rejects.toMatchObject({ exitCode: 6 });
  });
});

describe('powerlog repair', () => {
  it('says what it did, once; then the file is whole and left alone', () => {
    const path = join(scratch(), 'run.csv');
    writeFileSync(path, csv.subarray(0, -10));
    const plans = powerlog(words`repair ${path} --dry-run`);
    expect(plans).toMatchObject({ code: 0, out: '' });
    expect(plans.err).toMatch(
      /was cut off: \d+ bytes behind byte \d+ would be dropped, 95 samples would be kept/,
    );
    expect(readFileSync(path)).toHaveLength(csv.length - 10);
    expect(existsSync(path.replace('.csv', '.summary.json'))).toBe(false);
    const does = powerlog(['repair', path]);
    expect(does.code).toBe(0);
    expect(does.err).toMatch(
      /\d+ bytes behind byte \d+ dropped, 95 samples kept\n.*run\.summary\.json made again/,
    );
    const again = powerlog(['repair', path]);
    expect(again.err).toBe(`powerlog: ${path} is whole, with 95 samples, and left alone\n`);
  });

  it('follows a link to the file and leaves the link', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'real.csv.gz'), gzipSync(Buffer.concat([csv, Buffer.from('9')])));
    symlinkSync('real.csv.gz', join(folder, 'link.csv.gz'));
    expect(powerlog(['repair', join(folder, 'link.csv.gz')]).code).toBe(0);
    expect(lstatSync(join(folder, 'link.csv.gz')).isSymbolicLink()).toBe(true);
    expect(gunzipSync(readFileSync(join(folder, 'real.csv.gz'))).equals(csv)).toBe(true);
  });

  it.each([
    ['package.json', 6, /neither a capture nor a powerlog CSV/],
    ['no/such.csv', 6, /no such file/],
    ['-', 2, /standard input/],
  ])('refuses %s', (path, expected, message) => {
    const { code, err } = powerlog(['repair', path]);
    expect(code).toBe(expected);
    expect(err).toMatch(message);
  });
});
