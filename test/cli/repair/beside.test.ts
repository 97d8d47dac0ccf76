import {
  chmodSync,
  chownSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, words } from '../run.js';

/** 96 rows, of the golden capture. */
const csv = readFileSync('fixtures/synthetic.csv');
const torn = csv.subarray(0, -3000);
const rows = torn.toString().split('\n').length - 2;
const kept = csv.subarray(0, torn.lastIndexOf('\n') + 1);

/** A CSV with its summary, as they were recorded, in a folder of their own; then the CSV holds `bytes`. */
function recorded(bytes: Uint8Array): {
  readonly folder: string;
  readonly path: string;
  readonly summaryPath: string;
} {
  const folder = scratch();
  const path = join(folder, 'run.csv');
  expect(powerlog(words`replay fixtures/synthetic.plog -q --out ${path}`).code).toBe(0);
  writeFileSync(path, bytes);
  return { folder, path, summaryPath: join(folder, 'run.summary.json') };
}

describe('the summary of a recording that repair was given by a link', () => {
  it('is the one beside the file itself', () => {
    const { folder, path, summaryPath } = recorded(torn);
    const before = JSON.parse(readFileSync(summaryPath, 'utf8'));
    const link = join(folder, 'latest.csv');
    symlinkSync('run.csv', link);
    expect(powerlog(['repair', link]).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['latest.csv', 'run.csv', 'run.summary.json']);
    expect(readFileSync(path).equals(kept)).toBe(true);
    const after = JSON.parse(readFileSync(summaryPath, 'utf8'));
    expect(after).toMatchObject({ samples: rows, board: before.board, host: before.host });
  });

  it('is the one beside the link where one is there', () => {
    const { folder, path, summaryPath } = recorded(torn);
    const before = readFileSync(summaryPath);
    const other = scratch();
    symlinkSync(path, join(other, 'run.csv'));
    writeFileSync(join(other, 'run.summary.json'), before);
    expect(powerlog(['repair', join(other, 'run.csv')]).code).toBe(0);
    expect(readFileSync(summaryPath).equals(before)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['run.csv', 'run.summary.json']);
    expect(JSON.parse(readFileSync(join(other, 'run.summary.json'), 'utf8')).samples).toBe(rows);
  });
});

describe('a summary of more samples than there are whole rows', () => {
  it('is told, and made again as far as the rows bear it', () => {
    const { path, summaryPath } = recorded(kept);
    const { board } = JSON.parse(readFileSync(summaryPath, 'utf8'));
    const { code, err } = powerlog(['repair', path]);
    expect([code, err]).toEqual([
      0,
      expect.stringContaining(`told of 96 samples, of which ${rows} are left`),
    ]);
    expect(JSON.parse(readFileSync(summaryPath, 'utf8'))).toMatchObject({ samples: rows, board });
    const again = readFileSync(summaryPath);
    expect(powerlog(['repair', path]).err).toBe(
      `powerlog: ${path} is whole, with ${rows} samples, and left alone\n`,
    );
    expect(readFileSync(summaryPath).equals(again)).toBe(true);
  });

  it('stays where it says itself that the rows did not get all', () => {
    const { path, summaryPath } = recorded(kept);
    const summary = JSON.parse(readFileSync(summaryPath, 'utf8'));
    summary.warnings.push({ code: 'sink-overrun', message: 'the CSV lacks some' });
    const before = JSON.stringify(summary);
    writeFileSync(summaryPath, before);
    expect(powerlog(['repair', path]).code).toBe(0);
    expect(readFileSync(summaryPath, 'utf8')).toBe(before);
  });
});

describe.runIf(process.getuid?.() === 0)('what root repairs', () => {
  it('keeps its owner and who may read it, and so does the summary that is made', () => {
    const folder = scratch();
    const path = join(folder, 'run.csv.gz');
    writeFileSync(path, gzipSync(torn));
    chownSync(path, 1234, 4321);
    chmodSync(path, 0o662);
    expect(powerlog(['repair', path]).code).toBe(0);
    expect(gunzipSync(readFileSync(path)).equals(kept)).toBe(true);
    const { uid, gid, mode } = statSync(path);
    expect([uid, gid, mode & 0o7777]).toEqual([1234, 4321, 0o662]);
    const summary = statSync(join(folder, 'run.summary.json'));
    expect([summary.uid, summary.gid]).toEqual([1234, 4321]);
  });
});

it.each(['csv', 'plog'])('a %s that is named as compressed and is not is refused', (form) => {
  const path = join(scratch(), `run.${form}.gz`);
  const bytes = readFileSync(`fixtures/synthetic.${form}`);
  writeFileSync(path, bytes);
  expect(powerlog(['repair', path])).toMatchObject({
    code: 6,
    err: expect.stringContaining('is not compressed, though its name says so'),
  });
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect(readdirSync(join(path, '..'))).toEqual([`run.${form}.gz`]);
});

it('what repair says of a file with a line end in its name is a line, and a byte that is of unpacked text is told so', () => {
  const path = join(scratch(), 'a\nb.csv.gz');
  writeFileSync(path, gzipSync(torn));
  const { code, err } = powerlog(['repair', path]);
  expect(code).toBe(0);
  const [cut, made] = err.split('\n');
  expect(cut).toContain(
    `a\\u{a}b.csv.gz was cut off: everything behind byte ${kept.length} of what it holds unpacked dropped`,
  );
  expect(made).toContain('a\\u{a}b.summary.json made again');
});
