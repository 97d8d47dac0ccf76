import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, words } from '../run.js';

const capture = readFileSync('fixtures/synthetic.plog');
const csv = readFileSync('fixtures/synthetic.csv');
const half = csv.indexOf('\n', csv.length / 2) + 1;
const nuls = Buffer.alloc(3000);

describe('powerlog repair of what compressed data stands before leaves alone', () => {
  it.each<[string, string, readonly Buffer[], Buffer]>([
    ['a capture', 'run.plog.gz', [gzipSync(capture)], capture],
    ['a capture behind NULs', 'run.plog.gz', [gzipSync(capture), nuls], capture],
    [
      'a capture that lost its header',
      'run.plog.gz',
      [gzipSync(capture)],
      capture.subarray(capture.indexOf('PLBk')),
    ],
    ['a capture behind a torn member', 'run.plog.gz', [gzipSync(capture).subarray(0, -99)], capture],
    [
      'a capture far behind other bytes',
      'run.plog.gz',
      [gzipSync(capture), Buffer.alloc(1 << 20, 'x')],
      capture,
    ],
    ['another CSV', 'run.csv.gz', [gzipSync(csv)], csv],
    ['rows of the same CSV', 'run.csv.gz', [gzipSync(csv.subarray(0, half))], csv.subarray(half)],
    [
      'rows from the middle of one on',
      'run.csv.gz',
      [gzipSync(csv.subarray(0, half - 9))],
      csv.subarray(half - 9),
    ],
    [
      'one row',
      'run.csv.gz',
      [gzipSync(csv.subarray(0, half))],
      csv.subarray(half, csv.indexOf('\n', half) + 1),
    ],
    ['a header', 'run.csv.gz', [gzipSync(csv)], csv.subarray(0, csv.indexOf('\n') + 1)],
  ])('%s, and says from which byte on it stands', (_, name, before, behind) => {
    const path = join(scratch(), name);
    const bytes = Buffer.concat([...before, behind]);
    writeFileSync(path, bytes);
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([6, expect.stringMatching(/byte \d+ .*left as it is/)]);
    const [, from = ''] = /`tail -c \+(\d+)` gives/.exec(err) ?? [];
    if (from !== '') expect(bytes.subarray(Number(from) - 1).equals(behind)).toBe(true);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual([name]);
  });

  it('and still cuts text, and a part of one row, which hold no samples', () => {
    for (const behind of ['# the end\n', 'garbage\n12', csv.subarray(half, half + 40).toString(), '\n\n']) {
      const path = join(scratch(), 'run.csv.gz');
      writeFileSync(path, Buffer.concat([gzipSync(csv), Buffer.from(behind)]));
      expect([behind, powerlog(['repair', path]).code]).toEqual([behind, 0]);
      expect(gunzipSync(readFileSync(path)).equals(csv)).toBe(true);
    }
  });
});

it('replay of a compressed capture with another behind it that is not says that it left that, and where it begins', () => {
  const path = join(scratch(), 'run.plog.gz');
  const first = gzipSync(capture);
  writeFileSync(path, Buffer.concat([first, nuls, capture]));
  const { code, out, err } = powerlog(words`replay ${path} --out - -q`);
  expect([code, out === csv.toString()]).toEqual([6, true]);
  expect(err).toContain(`the recording from byte ${first.length + nuls.length} of the file on is left out`);
  const summary = JSON.parse(powerlog(words`report ${path} --json -`).out);
  expect(summary.warnings.map(({ code }: { code: string }) => code)).toContain('capture-left');
});

it('report of a compressed CSV with rows behind it that are not says that it left those', () => {
  const path = join(scratch(), 'run.csv.gz');
  const first = gzipSync(csv.subarray(0, half));
  writeFileSync(path, Buffer.concat([first, csv.subarray(half)]));
  const { code, err } = powerlog(words`report ${path} --json -`);
  expect([code, err]).toEqual([
    6,
    expect.stringContaining(`from byte ${first.length} of the file on (rows of a CSV)`),
  ]);
  writeFileSync(path, Buffer.concat([first, Buffer.from('garbage')]));
  expect(powerlog(words`report ${path} --json -`).code).toBe(0);
});
