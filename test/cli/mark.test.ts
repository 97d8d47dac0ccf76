import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { powerlog, words } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'powerlog-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const marks = join(folder, 'marks');
writeFileSync(marks, '');
const inside = { POWERLOG_MARKS: marks };
const lastLine = () => readFileSync(marks, 'utf8').trimEnd().split('\n').at(-1);

describe('mark', () => {
  it.each([
    [['begin', 'train'], /^\d+ begin train$/],
    [['end', 'train', '--count', '500'], /^\d+ end train 500$/],
    [['saved'], /^\d+ point saved$/],
    [['point', 'end'], /^\d+ point end$/],
    [['end', 'load data'], /^\d+ end "load data"$/],
    [['point', '"quoted"'], /^\d+ point "\\"quoted\\""$/],
    [['--count', '2.5', 'tokens'], /^\d+ point tokens 2\.5$/],
  ])('%j appends a line', (args, line) => {
    const before = process.hrtime.bigint();
    expect(powerlog(['mark', ...args], undefined, inside)).toEqual({ code: 0, out: '', err: '' });
    expect(lastLine()).toMatch(line);
    const at = BigInt(lastLine()!.split(' ')[0]!);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(process.hrtime.bigint());
  });

  it('lies after the call, however the process is paused between its readings of the clock', () => {
    const before = process.hrtime.bigint();
    const paused = `--require ${fileURLToPath(new URL('preload/paused-clock.cjs', import.meta.url))}`;
    powerlog(['mark', 'saved'], undefined, { ...inside, NODE_OPTIONS: paused });
    expect(BigInt(lastLine()!.split(' ')[0]!)).toBeGreaterThanOrEqual(before);
  });

  it.each([
    [['begin'], 'NAME'],
    [['begin', 'load', 'data'], 'quote a name with spaces'],
    [['train', 'data'], 'begin, end or point'],
    [['end', ''], 'NAME'],
    [[], 'words'],
  ])('%j is refused', (args, message) => {
    const before = readFileSync(marks, 'utf8');
    const ran = powerlog(['mark', ...args], undefined, inside);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(message);
    expect(readFileSync(marks, 'utf8')).toBe(before);
  });

  it.each([
    [['begin', 'x', '--count', '3'], /--count.*end or point/, /^\d+ begin x$/],
    [['end', 'x', '--count', 'many'], /--count.*'many'/, /^\d+ end x$/],
    [['x', '--count', '-5'], /--count.*'-5'/, /^\d+ point x$/],
    [['end', 'x', '--count', ''], /--count.*empty/, /^\d+ end x$/],
  ])('%j is a wrong command line, and the mark is made without its count', (args, message, line) => {
    const ran = powerlog(['mark', ...args], undefined, inside);
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(message);
    expect(lastLine()).toMatch(line);
  });

  it('does no harm outside of exec, or when that has ended', () => {
    const outside = powerlog(['mark', 'x'], undefined, { POWERLOG_MARKS: '' });
    expect(outside).toMatchObject({ code: 0, out: '' });
    expect(outside.err).toContain('not inside of `powerlog exec`');
    expect(powerlog(words`mark -q x`, undefined, { POWERLOG_MARKS: '' }).err).toBe('');
    const gone = powerlog(['mark', 'x'], undefined, { POWERLOG_MARKS: join(folder, 'gone') });
    expect(gone.code).toBe(0);
    expect(gone.err).toContain('has ended');
  });

  it('says when the line cannot be written', () => {
    expect(powerlog(['mark', 'x'], undefined, { POWERLOG_MARKS: folder }).code).toBe(5);
  });
});
