import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { boardFrames, encode, end, preamble, readAll, sample, scratch } from '../../capture/samples.js';
import { powerlog, powerlogUntil, words } from '../run.js';

const golden = 'fixtures/synthetic.plog';
const goldenBytes = readFileSync(golden);

/** The golden file's rows as its maker describes them: rail r carries (r + 1) W + n mW, the slot is PCIe 3. */
function goldenRow(n: number, sums: (rail: (r: number) => number) => number[]): string {
  const instantUs = n * 10_000 + (n >= 64 ? 20_000_000 : 0) + (n === 63 ? 2_500_000 : 500);
  const fixed = (integer: number, decimals: number) => {
    const text = String(Math.abs(integer)).padStart(decimals + 1, '0');
    return `${integer < 0 ? '-' : ''}${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
  };
  const time = `${fixed(instantUs, 6)},${fixed(1_700_000_000_000_000 + instantUs, 6)}`;
  return `${time},${sums((r) => (r + 1) * 1000 + n)
    .map((mw) => fixed(mw, 3))
    .join(',')}`;
}
const add = (...values: number[]) => values.reduce((sum, value) => sum + value, 0);
const cpu = (rail: (r: number) => number) => add(rail(0), rail(1));
const gpu = (rail: (r: number) => number) => add(...[6, 7, 8, 9, 10].map(rail));
const board = (rail: (r: number) => number) => add(...[2, 3, 4, 5].map(rail));

const header = 'time_s,unix_time_s,system_power_w,cpu_power_w,gpu_power_w,motherboard_power_w';
/** Fed by the motherboard: the slot's watts are on the ATX rails too. */
const recordedWiring = (rail: (r: number) => number) => {
  const parts = [cpu(rail), gpu(rail), board(rail) - rail(8)];
  return [add(...parts), ...parts];
};
const fedByPsu = (rail: (r: number) => number) => {
  const parts = [cpu(rail), gpu(rail), board(rail)];
  return [add(...parts), ...parts];
};
const goldenCsv = (sums: typeof recordedWiring, rows = 96) =>
  [header, ...Array.from({ length: rows }, (_, n) => goldenRow(n, sums)), ''].join('\n');

describe('powerlog replay', () => {
  it('gives the rows of the capture, by its own map', () => {
    const out = join(scratch(), 'run.csv');
    const { code, err } = powerlog(words`replay ${golden} --columns power --out ${out}`);
    expect(err).toContain(`kept in ${out}`);
    expect(code).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(goldenCsv(recordedWiring));
    const summary = JSON.parse(readFileSync(out.replace('.csv', '.summary.json'), 'utf8'));
    expect(summary).toMatchObject({
      schema: 'powerlog.summary/1',
      board: { name: 'SYNTHETIC', uid: '00112233445566778899aabb', port: 'synthetic' },
      host: { hostname: 'synthetic', platform: 'none' },
      map: { slot: { rail: 'pcie3', feed: 'motherboard' } },
      start_unix_s: 1_700_000_000,
      samples: 96,
    });
    // Round trips of 1 ms and one of 5 s.
    expect(summary.latency_s.median).toBeCloseTo(0.001, 5);
    expect(summary.latency_s.max).toBeCloseTo(5, 5);
  });

  it('gives what the live recording gave: the same CSV, byte for byte, and the same summary', () => {
    const folder = scratch();
    const [live, again, capture] = ['live.csv', 'again.csv', 'run.plog'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const recorded = powerlogUntil(
      [live],
      words`record --port sim:train --slot pcie2 --accuracy 2% --columns all --out ${live} --capture ${capture}`,
      { rows: 200 },
    );
    expect(recorded.code, recorded.err).toBe(0);
    expect(powerlog(words`replay ${capture} --columns all --out ${again}`).code).toBe(0);
    const csv = readFileSync(live);
    expect(csv.length).toBeGreaterThan(10_000);
    expect(readFileSync(again).equals(csv)).toBe(true);
    const summaryOf = (path: string) =>
      JSON.parse(readFileSync(path.replace('.csv', '.summary.json'), 'utf8'));
    expect(summaryOf(again)).toEqual(summaryOf(live));
  });

  it('takes another slot feed, map and column set', () => {
    const folder = scratch();
    const psu = powerlog(words`replay ${golden} --slot-feed psu --columns power --out -`);
    expect(psu.out).toBe(goldenCsv(fedByPsu));
    const map = join(folder, 'map.json');
    writeFileSync(map, JSON.stringify({ components: { pump: ['eps2'], rest: ['atx_12v', 'pcie1'] } }));
    const other = powerlog(words`replay ${golden} --map ${map} --columns power --out -`);
    expect(other.out.split('\n').slice(0, 2)).toEqual([
      'time_s,unix_time_s,system_power_w,pump_power_w,rest_power_w',
      '0.000500,1700000000.000500,15.000,2.000,13.000',
    ]);
    expect(powerlog(words`replay ${golden} --out -`).out).toBe(
      readFileSync('fixtures/synthetic.csv', 'utf8'),
    );
  });

  it('reads standard input and writes standard output, compressed or not', () => {
    const expected = goldenCsv(recordedWiring);
    for (const input of [goldenBytes, gzipSync(goldenBytes)])
      expect(powerlog(words`replay - --columns power --out -`, input).out).toBe(expected);
    const out = join(scratch(), 'run.csv.gz');
    expect(powerlog(words`replay ${golden} --columns power --out ${out}`).code).toBe(0);
    expect(gunzipSync(readFileSync(out)).toString()).toBe(expected);
  });

  it('without --out prints the figures and keeps nothing', () => {
    const { code, out, err } = powerlog(['replay', golden]);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('96 samples');
  });

  it('replays several inputs into a directory, which it makes', () => {
    const folder = scratch();
    const zipped = join(folder, 'second.plog.gz');
    writeFileSync(zipped, gzipSync(goldenBytes));
    const csvs = `${join(folder, 'csv')}/`;
    expect(powerlog(words`replay ${golden} ${zipped} --columns power --out ${csvs}`).code).toBe(0);
    expect(readdirSync(csvs).sort()).toEqual([
      'second.csv',
      'second.summary.json',
      'synthetic.csv',
      'synthetic.summary.json',
    ]);
    expect(readFileSync(join(csvs, 'second.csv'), 'utf8')).toBe(goldenCsv(recordedWiring));
  });
});

it('powerlog replay takes many inputs without a word of its own', () => {
  const folder = scratch();
  const inputs = Array.from({ length: 15 }, (_, n) => {
    const path = join(folder, `run${n}.plog`);
    writeFileSync(path, goldenBytes);
    return path;
  });
  expect(powerlog(words`replay ${inputs} -q --out ${folder}/csv/`)).toMatchObject({
    code: 0,
    err: '',
  });
  expect(readdirSync(join(folder, 'csv'))).toHaveLength(30);
});

describe('powerlog replay of a bare dump', () => {
  it('has rows at n / rate without wall clock, and reports the partial frame at its end', () => {
    const folder = scratch();
    const dump = join(folder, 'frames.bin');
    const frames = boardFrames(5);
    writeFileSync(dump, Buffer.concat([...frames, new Uint8Array(100)]));
    const out = join(folder, 'run.csv');
    const ran = powerlog(words`replay ${dump} --board benchlab --rate 300 --out ${out}`);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('100 of 216 bytes from byte 1080 on are not used');
    const rows = readFileSync(out, 'utf8').trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual(
      ['0.000000', '0.003333', '0.006667', '0.010000', '0.013333'].map((time) => [time, '']),
    );
    // EPS1 as the frame's own bytes say.
    const third = frames[2]!;
    const milli = (integer: number) => (integer / 1000).toFixed(3);
    expect(rows[2]!.split(',').slice(6, 9)).toEqual(
      [third.readInt16LE(48), third.readInt32LE(52), third.readInt32LE(56)].map(milli),
    );
    const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    expect(summary).toMatchObject({ start_unix_s: null, latency_s: null, board: { uid: null } });
    expect(summary.warnings.map(({ code }: { code: string }) => code)).toContain('partial-frame');
  });

  it.each([
    [['--board', 'benchlab'], /needs both --board and --rate/],
    [['--rate', '100'], /needs both --board and --rate/],
    [['--board', 'nothing', '--rate', '100'], /'nothing' is not known; there are benchlab/],
    [['--board', 'benchlab', '--rate', 'often'], /'often' is not a rate/],
    [['--board', 'benchlab', '--rate', '10'], /is a capture and says its board and rate itself/],
  ])('with %s is a usage error', (options, message) => {
    const { code, err } = powerlog(words`replay ${golden} ${options}`);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('powerlog replay of a broken capture', () => {
  const blocks = [
    ...[0, 30, 60].flatMap((from) => encode(Array.from({ length: 30 }, (_, n) => sample(from + n)))),
    ...encode([sample(90, [end(1e9)])]),
  ];
  const whole = Buffer.concat([preamble, ...blocks]);

  it('that was cut gives the rows before, says so, and is done', () => {
    const folder = scratch();
    const full = powerlog(words`replay - --out -`, whole).out;
    for (const cut of [0, 1, 24, 5000, whole.length - preamble.length - 1]) {
      const path = join(folder, `cut${cut}.plog`);
      writeFileSync(path, whole.subarray(0, preamble.length + cut));
      const { code, out, err } = powerlog(words`replay ${path} --out - --quiet`);
      expect(code).toBe(0);
      expect(full.startsWith(out)).toBe(true);
      expect(out.endsWith('\n')).toBe(true);
      expect(err).toMatch(/was cut off: nothing whole follows byte \d+/);
    }
  });

  it('that was changed in its middle gives the rows before, and code 6', async () => {
    const folder = scratch();
    const path = join(folder, 'changed.plog');
    const bytes = Buffer.from(whole);
    const lastBlocks = blocks.slice(-2).reduce((sum, block) => sum + block.length, 0);
    bytes[bytes.length - lastBlocks + 100]! ^= 1;
    writeFileSync(path, bytes);
    const out = join(folder, 'run.csv');
    const { code, err } = powerlog(words`replay ${path} --out ${out}`);
    expect(code).toBe(6);
    expect(err).toMatch(
      /is damaged at byte \d+: a broken block, with more behind it; all before it is whole/,
    );
    const { samples } = await readAll(path);
    expect(readFileSync(out, 'utf8').split('\n')).toHaveLength(1 + samples.length + 1);
    const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    expect(summary.warnings[0].code).toBe('capture-damaged');
  });
});

describe('powerlog replay refuses', () => {
  it('what would overwrite, with code 5, unless forced', () => {
    const out = join(scratch(), 'run.csv');
    writeFileSync(out, 'mine');
    const { code, err } = powerlog(words`replay ${golden} --out ${out}`);
    expect(code).toBe(5);
    expect(err).toMatch(/exists.*--force/);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect(powerlog(words`replay ${golden} --out ${out} --force`).code).toBe(0);
  });

  it('its own input as output, even forced', () => {
    const path = join(scratch(), 'run.plog');
    writeFileSync(path, goldenBytes);
    const { code, err } = powerlog(words`replay ${path} --out ${path} --force`);
    expect(code).toBe(2);
    expect(err).toContain('is the input itself');
    expect(readFileSync(path).equals(goldenBytes)).toBe(true);
  });

  it('several inputs for one file, or for one name in a directory', () => {
    const folder = scratch();
    expect(powerlog(words`replay ${golden} ${golden} --out ${join(folder, 'a.csv')}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('2 inputs need a directory for --out'),
    });
    mkdirSync(join(folder, 'csv'));
    expect(powerlog(words`replay ${golden} ${golden} --out ${join(folder, 'csv')}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('would both become'),
    });
    expect(readdirSync(join(folder, 'csv'))).toEqual([]);
  });

  it.each([
    ['a file that is not there', 'no/such.plog', 6, /no\/such\.plog: cannot be read: no such file/],
    ['a foreign file', 'package.json', 6, /package\.json is not a powerlog capture: it begins with 7b 0a/],
  ])('%s', (_, path, expected, message) => {
    const out = join(scratch(), 'run.csv');
    const { code, err } = powerlog(words`replay ${path} --out ${out}`);
    expect(code).toBe(expected);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });
});

describe('the memory of powerlog replay', () => {
  /** Peak resident memory, MB, while `frames` frames come through a pipe. */
  async function peakMb(frames: number): Promise<number> {
    const print = 'process.on("exit",()=>console.error("rss="+process.resourceUsage().maxRSS))';
    const child = spawn(
      process.execPath,
      // Garbage is collected when it is due, not when a busy machine comes to it.
      ['--single-threaded-gc', 'bin/powerlog.js', 'replay', '-', '--quiet', '--out', '/dev/null'],
      {
        stdio: ['pipe', 'ignore', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(print)}` },
      },
    );
    let err = '';
    child.stderr.on('data', (text) => {
      err += text;
    });
    const closed = once(child, 'close');
    child.stdin.write(preamble);
    const portion = 10_000;
    for (let from = 0; from < frames; from += portion) {
      const samples = Array.from({ length: portion }, (_, n) => sample(from + n));
      if (!child.stdin.write(Buffer.concat(encode(samples, [512])))) await once(child.stdin, 'drain');
    }
    child.stdin.end(Buffer.concat(encode([sample(frames, [end(frames * 1e6 + 1e6)])])));
    expect(await closed).toEqual([0, null]);
    return Number(/rss=(\d+)/.exec(err)![1]) / 1024;
  }

  it('does not grow with the recording', async () => {
    const [short, long] = [await peakMb(150_000), await peakMb(350_000)];
    expect(long).toBeLessThan(150);
    expect(long - short).toBeLessThan(25);
  });
});
