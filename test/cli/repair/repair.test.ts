import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readAll, scratch } from '../../capture/samples.js';
import { powerlog, words } from '../run.js';

const golden = 'fixtures/synthetic.plog';
const capture = readFileSync(golden);
/** 96 rows, the slot on PCIe 3. */
const csv = readFileSync('fixtures/synthetic.csv');

const changed = (change: (lines: string[]) => void): string => {
  const lines = csv.toString().split('\n');
  change(lines);
  return lines.join('\n');
};
const eachLine = (change: (line: string) => string) =>
  changed((lines) =>
    lines.forEach((line, n) => {
      if (line !== '') lines[n] = change(line);
    }),
  );
const zcat = (path: string): Buffer => spawnSync('zcat', [path], { maxBuffer: 1 << 28 }).stdout;
const gzipTest = (path: string) => spawnSync('gzip', ['-t', path]).status;
const rowsOf = (text: Buffer): Buffer => text.subarray(0, text.lastIndexOf('\n') + 1);
const inThree = (bytes: Buffer): Buffer => {
  const [one, two] = [Math.floor(bytes.length / 3), Math.floor((2 * bytes.length) / 3)];
  return Buffer.concat(
    [bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)].map((part) => gzipSync(part)),
  );
};

function fileWith(name: string, bytes: string | Uint8Array): string {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  return path;
}

describe('powerlog repair refuses what is no torn end, and changes not a byte of', () => {
  const twoRows = 'time_s,unix_time_s,system_power_w\n0.0,1.0,5.0\n0.001,1.001,5.0\n';
  const cell = (row: number, column: number, text: string) =>
    changed((lines) => {
      const cells = lines[row]!.split(',');
      cells[column] = text;
      lines[row] = cells.join(',');
    });
  it.each([
    ['rows of fewer decimals', twoRows, /line 2: time_s is '0\.0', which powerlog writes as .* 6 decimals/],
    [
      'one such row without its line end',
      twoRows.split('\n').slice(0, 2).join('\n'),
      /line 2: time_s is '0\.0'/,
    ],
    ['CR LF', eachLine((line) => `${line}\r`), /line 1: lines end in CR LF/],
    [
      'CR LF from a row on',
      changed((lines) => {
        lines[50] += '\r';
      }),
      /line 51: it ends in CR LF/,
    ],
    ['a byte order mark', `\ufeff${csv}`, /line 1: a byte order mark/],
    [
      'quoted names',
      csv.toString().replace(/^.*/, (header) => header.replace(/[^,]+/g, '"$&"')),
      /line 1: names are quoted/,
    ],
    ['quoted cells', cell(3, 2, '"5.000"'), /line 4: system_power_w is '"5\.000"'/],
    ['an exponent', cell(3, 2, '1e2'), /line 4: system_power_w is '1e2'/],
    ['a plus', cell(3, 2, '+5.000'), /line 4: system_power_w is '\+5\.000'/],
    ['a float saved again', cell(3, 2, '5.0'), /line 4: system_power_w is '5\.0', .* 3 decimals/],
    ['a leading zero', cell(3, 2, '05.000'), /line 4: system_power_w/],
    ['a zero with a sign', cell(3, 2, '-0.000'), /line 4: system_power_w/],
    ['a word', cell(3, 2, 'nan'), /line 4: system_power_w is 'nan'/],
    ['an empty power', cell(96, 2, ''), /line 97: system_power_w is ''/],
    [
      'an added column',
      eachLine((line) => `${line},${line.startsWith('t') ? 'note' : '1'}`),
      /line 1: 'note' is no column of a board that powerlog has a table for/,
    ],
    ['an index in front', eachLine((line) => `0,${line}`), /neither a capture nor a powerlog CSV/],
    [
      'columns in another order',
      eachLine((line) => line.replace(/^((?:[^,]*,){2})([^,]*),([^,]*)/, '$1$3,$2')),
      /line 1: its columns are not a set/,
    ],
    ['semicolons', csv.toString().replaceAll(',', ';'), /neither a capture nor a powerlog CSV/],
    [
      'a cell too few',
      changed((lines) => {
        lines[96] = lines[96]!.replace(/,[^,]*$/, '');
      }),
      /line 97: it has \d+ cells, the header \d+/,
    ],
    ['a blank line at its end', `${csv}\n`, /line 98: it is empty/],
    ['a last line that is no row', `${csv}1.5,x`, /line 98: time_s is '1\.5'/],
    ['text behind it', `${csv}# end\n`, /line 98: time_s is '# end'/],
    [
      'NULs with rows behind them',
      Buffer.concat([csv.subarray(0, 9000), Buffer.alloc(4096), csv.subarray(9000)]),
      /line \d+: it holds NULs, with more behind them/,
    ],
    ['another CSV appended', `${csv}${csv}`, /line 98: it is a header, as where another CSV was appended/],
    [
      'the rows of another appended',
      `${csv}${csv.toString().replace(/^.*\n/, '')}`,
      /line 98: time runs back from 20\.950500 to 0\.000500 s/,
    ],
    [
      'the later rows of another',
      `${csv}${csv
        .toString()
        .split('\n')
        .at(-2)!
        .replace(/^20\.950500/, '30.950500')}\n`,
      /line 98: unix_time_s does not go with time_s/,
    ],
  ])('%s', (_, bytes, reason) => {
    const path = fileWith('run.csv', bytes);
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([6, expect.stringMatching(reason)]);
    expect(err).toMatch(/left as it is|neither a capture/);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['run.csv']);
  });

  it('a capture whose last block was changed, or that has text behind its end', () => {
    const last = Buffer.from(capture);
    last[last.length - 3]! ^= 1;
    for (const bytes of [last, Buffer.concat([capture, Buffer.from('garbage')])]) {
      const path = fileWith('run.plog', bytes);
      expect(powerlog(['repair', path])).toMatchObject({
        code: 6,
        err: expect.stringContaining('left as it is'),
      });
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
  });
});

describe('powerlog repair drops', () => {
  const lastRow = rowsOf(csv.subarray(0, -1)).length;
  it.each([
    ['a part of a last row', csv.subarray(0, -10), csv.subarray(0, lastRow)],
    ['NULs', Buffer.concat([csv, Buffer.alloc(70_000)]), csv],
    ['a part and NULs', Buffer.concat([csv.subarray(0, -10), Buffer.alloc(3)]), csv.subarray(0, lastRow)],
  ])('%s of a CSV, and nothing else', (_, bytes, kept) => {
    const path = fileWith('run.csv', bytes);
    expect(powerlog(['repair', path]).code).toBe(0);
    expect(readFileSync(path).equals(kept)).toBe(true);
    expect(powerlog(['repair', path]).err).toMatch(/is whole/);
  });

  it('NULs behind the end of a capture', () => {
    const path = fileWith('run.plog', Buffer.concat([capture, Buffer.alloc(5000)]));
    expect(powerlog(['repair', path])).toMatchObject({
      code: 0,
      err: expect.stringContaining('5,000 bytes behind'),
    });
    expect(readFileSync(path).equals(capture)).toBe(true);
  });

  it('nothing of a CSV of all columns, whether its chip temperature has a decimal or, as earlier, none', () => {
    const all = powerlog(words`replay ${golden} --columns all --out -`).out;
    const at = all.split('\n')[0]!.split(',').indexOf('chip_temp_c');
    const earlier = all.replace(/^\d.*$/gm, (row) =>
      row
        .split(',')
        .map((value, n) => (n === at ? value.replace(/\..*/, '') : value))
        .join(','),
    );
    for (const text of [all, earlier]) {
      const path = fileWith('run.csv', text);
      expect(powerlog(['repair', path])).toMatchObject({
        code: 0,
        err: expect.stringMatching(/is whole, with 96 samples/),
      });
    }
  });
});

describe('what gzip gave before it failed', () => {
  // The first frame of the first block, behind its head and the instants of all its frames.
  const block = capture.indexOf('PLBk');
  const framesAt = block + 20 + 8 * capture.readUInt16LE(block + 6);
  const frame = capture.subarray(framesAt, framesAt + 216);
  let many: string;
  beforeAll(() => {
    many = powerlog(
      words`replay - --board benchlab --rate 1000 --columns power --out - -q`,
      Buffer.concat(Array.from({ length: 20_000 }, () => frame)),
    ).out;
  });

  it.each([
    ['garbage', Buffer.from('garbage'), '7 bytes that are no gzip data behind its last gzip member dropped'],
    ['NULs', Buffer.alloc(4096), '4,096 NULs behind its last gzip member dropped'],
  ])('is kept of 20,000 rows, and of 96, with %s behind them, which is cut and told', (_, behind, told) => {
    for (const text of [many, csv.toString()]) {
      expect(text.length).toBeGreaterThan(0);
      const path = fileWith('run.csv.gz', Buffer.concat([gzipSync(text), behind]));
      expect(powerlog(['repair', path])).toMatchObject({ code: 0, err: expect.stringContaining(told) });
      expect(gzipTest(path)).toBe(0);
      expect(zcat(path).toString() === text).toBe(true);
    }
    const path = fileWith('run.plog.gz', Buffer.concat([gzipSync(capture), behind]));
    expect(powerlog(['repair', path])).toMatchObject({ code: 0, err: expect.stringContaining(told) });
    expect([gzipTest(path), zcat(path).equals(capture)]).toEqual([0, true]);
  });

  it.each([
    ['garbage', Buffer.from('garbage'), /7 bytes that are no gzip data behind its last gzip member/],
    ['NULs', Buffer.alloc(4096), /4,096 NULs behind its last gzip member/],
  ])('is replayed of a capture with %s behind it, which is told', (_, behind, told) => {
    const path = fileWith('run.plog.gz', Buffer.concat([inThree(capture), behind]));
    const { code, out, err } = powerlog(words`replay ${path} --out - -q`);
    expect([code, out === csv.toString()]).toEqual([0, true]);
    expect(err).toMatch(told);
    expect(powerlog(words`replay - --out - -q`, readFileSync(path)).out === csv.toString()).toBe(true);
  });

  it('is replayed of a capture that breaks inside a member', () => {
    const bytes = gzipSync(capture, { level: 0 }); // stored, so that the place of the fault is known
    bytes.writeUInt16LE(1, bytes.length - 3000);
    const path = fileWith('run.plog.gz', Buffer.concat([gzipSync(capture.subarray(0, -9000)), bytes]));
    const { code, out } = powerlog(words`replay ${path} --out - -q`);
    expect(code).toBe(6);
    expect(csv.toString().startsWith(out)).toBe(true);
    expect(out.split('\n').length).toBeGreaterThan(40);
  });

  it('is left alone where a whole member follows what is wrong, or rows in it may be', () => {
    const member = gzipSync(csv);
    const flipped = Buffer.from(member);
    flipped[flipped.length - 6]! ^= 1;
    for (const [bytes, why] of [
      [Buffer.concat([member, Buffer.from('garbage'), gzipSync('more')]), /a gzip member follows at byte/],
      [
        Buffer.concat([gzipSync(csv.subarray(0, 5000)), Buffer.alloc(99), gzipSync(csv.subarray(5000))]),
        /a gzip member follows/,
      ],
      [flipped, /its checksum does not fit/],
    ] as const) {
      const path = fileWith('run.csv.gz', bytes);
      expect(powerlog(['repair', path])).toMatchObject({ code: 6, err: expect.stringMatching(why) });
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }
  });
});

describe('a compressed file of three members, cut at any byte', () => {
  const rows = new Set(csv.toString().split('\n').slice(1, -1));
  /** zcat makes text of NULs, too; what it gives of rows once more counts once. */
  const rowsIn = async (text: Buffer): Promise<unknown[]> => [
    ...new Set(
      rowsOf(text)
        .toString()
        .split('\n')
        .filter((line) => rows.has(line)),
    ),
  ];
  const samplesIn = async (bytes: Buffer): Promise<unknown[]> => {
    const read = await readAll(fileWith('run.plog', bytes)).catch(() => null);
    return read?.samples.map(({ replyNs }) => replyNs) ?? [];
  };

  it.each([
    ['row', 'csv.gz', inThree(csv), rowsIn],
    ['sample', 'plog.gz', inThree(capture), samplesIn],
  ])('is whole after repair, with every %s that zcat gave before', async (_, ending, whole, partsOf) => {
    const members = [...whole.keys()].filter(
      (at) => whole.subarray(at, at + 4).toString('hex') === '1f8b0800',
    );
    expect(members).toHaveLength(3);
    const edges = fc
      .tuple(fc.constantFrom(...members.slice(1), whole.length), fc.integer({ min: -9, max: 46 }))
      .map(([at, by]) => Math.min(at + by, whole.length));
    const cut = fc.tuple(
      fc.oneof(edges, fc.integer({ min: 2, max: whole.length })),
      fc.constantFrom(0, 0, 1, 5000),
    );
    const folder = scratch();
    const files = fc.sample(cut, 40).map(([length, nuls], n) => {
      const path = join(folder, `${n}-cut-at-${length}-nuls-${nuls}.${ending}`);
      writeFileSync(path, Buffer.concat([whole.subarray(0, length), Buffer.alloc(nuls)]));
      return { path, before: zcat(path) };
    });
    powerlog(['repair', ...files.map(({ path }) => path)]);
    for (const { path, before } of files) {
      const given = await partsOf(before);
      const name = basename(path);
      // One that holds nothing, for being cut before, is refused.
      if (given.length > 0) expect([name, gzipTest(path)]).toEqual([name, 0]);
      const kept = new Set(await partsOf(zcat(path)));
      expect([name, given.filter((each) => !kept.has(each))]).toEqual([name, []]);
    }
  });
});

describe('a batch', () => {
  it('of repairs goes on after a bad file, tells each, and ends with the worst code', () => {
    const folder = scratch();
    const [torn, bad, zipped] = ['torn.csv', 'bad.csv', 'zipped.csv.gz'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(torn, csv.subarray(0, -10));
    writeFileSync(bad, csv.toString().replaceAll('\n', '\r\n'));
    writeFileSync(zipped, gzipSync(csv).subarray(0, -3));
    const missing = join(folder, 'no.csv');
    const { code, err } = powerlog(words`repair ${bad} ${torn} ${missing} ${zipped}`);
    expect(code).toBe(6);
    expect(err).toMatch(/bad\.csv was changed/);
    expect(err).toMatch(/torn\.csv was cut off: .* 95 samples kept/);
    expect(err).toMatch(/no\.csv: cannot be read: no such file/);
    expect(err).toMatch(/zipped\.csv\.gz was cut off: .* 96 samples kept/);
    expect(readFileSync(torn).equals(rowsOf(csv.subarray(0, -10)))).toBe(true);
    expect([gzipTest(zipped), zcat(zipped).equals(csv)]).toEqual([0, true]);
  });

  it('of replays does the same', () => {
    const folder = scratch();
    const [one, bad, three] = ['one.plog', 'bad.plog', 'three.plog'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(one, capture);
    writeFileSync(bad, 'no capture');
    writeFileSync(three, capture);
    const out = join(folder, 'out/');
    const { code, err } = powerlog(words`replay ${bad} ${one} ${three} --out ${out} --min-coverage 1% -q`);
    expect(code).toBe(6);
    expect(err).toMatch(/bad\.plog is not a powerlog capture/);
    for (const name of ['one', 'three'])
      expect(readFileSync(join(out, `${name}.csv`)).equals(csv)).toBe(true);
    expect(existsSync(join(out, 'bad.csv'))).toBe(false);
    expect(powerlog(words`replay ${one} ${bad} --min-coverage 100% -q`).code).toBe(7);
  });
});
