import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '#powerlog/errors.js';
import { buildSummary } from '#powerlog/measure/summary.js';
import { summarySchema } from '#powerlog/schema/summary.js';
import { hostFacts } from '#powerlog/sink/host.js';
import { SummaryFile, summaryPathFor } from '#powerlog/sink/summary-file.js';
import { blocksOf, measure, type Sample } from '../measure/recording.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'powerlog-summary-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const samples = Array.from({ length: 500 }, (_, n): Sample => ({ us: n * 1000, mw: { eps1: 9000 + n } }));
const summaryOf = async () =>
  buildSummary(await measure(blocksOf(samples, [])), {
    tool: { name: 'powerlog', version: '0.0.0' },
    host: hostFacts(),
  });

describe('summaryPathFor', () => {
  it.each([
    ['run.csv', 'run.summary.json'],
    ['/data/run.csv.gz', '/data/run.summary.json'],
    ['run.plog', 'run.summary.json'],
    ['a.b/run.2.csv', 'a.b/run.2.summary.json'],
    ['run', 'run.summary.json'],
    ['.hidden', '.hidden.summary.json'],
  ])('puts the summary of %s into %s', (output, expected) => {
    expect(summaryPathFor(output)).toBe(expected);
  });

  it('knows no place beside what is no file', () => {
    expect([summaryPathFor('-'), summaryPathFor('/dev/null')]).toEqual([null, null]);
  });
});

describe('SummaryFile', () => {
  it('writes what can be read back, and nothing beside it', async () => {
    const path = join(directory, 'run.summary.json');
    const before = process.umask(0o022);
    await new SummaryFile({ path, force: false, durable: true }).write(await summaryOf());
    process.umask(before);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    const text = readFileSync(path, 'utf8');
    expect(text.endsWith('}\n')).toBe(true);
    const read = summarySchema.parse(JSON.parse(text));
    expect(read.samples).toBe(500);
    expect(read.host.hostname).toBe(hostFacts().hostname);
    expect(readdirSync(directory)).toEqual(['run.summary.json']);
  });

  it('refuses what exists before the measurement, and replaces it where forced', async () => {
    const path = join(directory, 'other.summary.json');
    writeFileSync(path, 'precious');
    expect(() => new SummaryFile({ path, force: false, durable: true })).toThrow(
      expect.objectContaining({
        exitCode: ExitCode.outputFailed,
        message: expect.stringContaining('--force'),
      }),
    );
    const file = new SummaryFile({ path, force: true, durable: true });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    await file.write(await summaryOf());
    expect(JSON.parse(readFileSync(path, 'utf8')).schema).toBe('powerlog.summary/1');
  });

  it('notices before the measurement that its directory is not there', () => {
    expect(
      () =>
        new SummaryFile({ path: join(directory, 'none', 'run.summary.json'), force: false, durable: true }),
    ).toThrow(expect.objectContaining({ exitCode: ExitCode.outputFailed }));
  });

  it('says that nothing of it is kept where it can not be written', async () => {
    const gone = mkdtempSync(join(directory, 'gone-'));
    const path = join(gone, 'run.summary.json');
    const file = new SummaryFile({ path, force: false, durable: true });
    rmSync(gone, { recursive: true });
    await expect(file.write(await summaryOf())).rejects.toMatchObject({
      exitCode: ExitCode.outputFailed,
      message: expect.stringContaining('nothing of it is kept'),
    });
    expect(existsSync(path)).toBe(false);
  });
});
