import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, sampledFor, words } from '../run.js';

interface Span {
  readonly start_s: number;
  readonly end_s: number;
}
type Figures = Readonly<Record<string, number | null>>;
interface Run extends Span {
  readonly argv?: readonly string[];
  readonly coverage: number;
  readonly energy_j: Figures;
}
interface Summary {
  readonly samples: number;
  readonly duration_s: number;
  readonly latency_s: unknown;
  readonly board: unknown;
  readonly host: unknown;
  readonly map: unknown;
  readonly energy_j: Figures;
  readonly command: Run;
  readonly phases: readonly (Run & { readonly name: string; readonly spans: readonly Span[] })[];
  readonly runs: readonly { readonly runs: readonly Run[]; readonly energy_j: unknown }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

const program = (csv: string): string => `
echo begin load >> $POWERLOG_MARKS; sleep 0.2; echo end load 3 >> $POWERLOG_MARKS
echo begin train >> $POWERLOG_MARKS; ${sampledFor(csv)}; echo end train 2 >> $POWERLOG_MARKS`;

const read = (path: string): Summary => JSON.parse(readFileSync(path, 'utf8'));
/** Of the rows from an instant on, by trapezoids, J. */
function energyFrom(fromS: number, rows: readonly string[]): number {
  let energyJ = 0;
  let [lastS, lastW] = [Number.NaN, Number.NaN];
  for (const row of rows) {
    const [atS, , powerW] = row.split(',').map(Number) as [number, number, number];
    if (atS > fromS) {
      const beginS = Math.max(fromS, lastS);
      const beginW = lastW + ((powerW - lastW) * (beginS - lastS)) / (atS - lastS);
      energyJ += ((beginW + powerW) / 2) * (atS - beginS);
    }
    [lastS, lastW] = [atS, powerW];
  }
  return energyJ;
}
const isCutShort = ({ code }: { readonly code: string }) => code === 'cut-short';

describe('a summary that is there when its recording is repaired', () => {
  let folder: string;
  /** Two runs of a program. */
  let csv: string;
  let capture: Buffer;
  let json: string;
  let whole: Summary;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'powerlog-repaired-'));
    const [out, plog] = [join(folder, 'run.csv'), join(folder, 'run.plog')];
    const options = ['--port', 'sim', '--out', out, '--capture', plog, '--baseline', '0.1s', '--runs', '2'];
    expect(powerlog(words`exec ${options} --accuracy 1% -q -- sh -c ${program(out)}`).code).toBe(0);
    csv = readFileSync(out, 'utf8');
    capture = readFileSync(plog);
    json = readFileSync(join(folder, 'run.summary.json'), 'utf8');
    whole = JSON.parse(json);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Lays a recording beside the summary and repairs it. */
  function repaired(name: string, bytes: string | Uint8Array, beside = json) {
    const path = join(scratch(), name);
    const summaryPath = join(path, '..', 'run.summary.json');
    writeFileSync(path, bytes);
    writeFileSync(summaryPath, beside);
    const { code, err } = powerlog(['repair', path]);
    expect(code).toBe(0);
    const text = readFileSync(summaryPath, 'utf8');
    return { err, text, summary: JSON.parse(text) as Summary, path };
  }

  /** In the middle of the last run's second phase. */
  const middle = (): number => {
    const { start_s, end_s } = whole.phases[1]!.spans[1]!;
    return (start_s + end_s) / 2;
  };

  it('stays to the byte where no sample was lost', () => {
    const torn = repaired('run.csv', `${csv}${csv.split('\n').at(-2)!.slice(0, 9)}`);
    expect(torn.text).toBe(json);
    expect(torn.err).toMatch(/run\.summary\.json is of these samples and stays as it is/);
    expect(repaired('run.csv.gz', Buffer.concat([gzipSync(csv), Buffer.from('garbage')])).text).toBe(json);
    expect(repaired('run.plog', Buffer.concat([capture, Buffer.alloc(100)])).text).toBe(json);
  });

  it('keeps what the rows that are left bear, and evaluates the rest again over what is left of it', () => {
    const lines = csv.split('\n');
    const cut = lines.findIndex((line, n) => n > 0 && Number(line.split(',')[0]) > middle());
    const { summary, err } = repaired(
      'run.csv',
      [...lines.slice(0, cut), lines[cut]!.slice(0, 50)].join('\n'),
    );
    expect(summary.samples).toBe(cut - 1);
    for (const key of ['host', 'board', 'map'] as const) expect(summary[key]).toEqual(whole[key]);
    expect(summary).toMatchObject({ uncertainty: { accuracy_share: 0.01 }, latency_s: null });

    const [load, train] = summary.phases;
    expect(load).toEqual(whole.phases[0]);
    expect(train).toMatchObject({ name: 'train', times: 2, count: 2 + 2, spans: whole.phases[1]!.spans });
    expect(summary.runs[0]!.runs[0]).toEqual(whole.runs[0]!.runs[0]);
    const { argv, start_s, end_s } = whole.command;
    expect(summary.command).toMatchObject({ argv, start_s, end_s, exit_code: 0 });
    expect(summary.command.coverage).toBeLessThan(whole.command.coverage);
    expect(summary.command.energy_j.system).toBeCloseTo(energyFrom(start_s, lines.slice(1, cut)), 6);
    expect(summary.runs[0]!.energy_j).toEqual({ system: null, cpu: null, gpu: null, motherboard: null });

    const { message } = summary.warnings.find(isCutShort)!;
    expect(message).toMatch(
      /^the command, phase "train" and run 2 reach behind the last sample that is left/,
    );
    expect(summary.warnings).toContainEqual({
      code: 'not-kept',
      message: expect.stringMatching(/latency_s$/),
    });
    expect(err).toContain(message);
  });

  it('keeps command and phases beside a capture, too', () => {
    const { summary } = repaired('run.plog', capture.subarray(0, -1500));
    for (const key of ['host', 'board', 'map'] as const) expect(summary[key]).toEqual(whole[key]);
    const facts = ({ phases }: Summary) => phases.map(({ name, spans }) => ({ name, spans }));
    expect(facts(summary)).toEqual(facts(whole));
    expect(summary.command.argv).toEqual(whole.command.argv);
    expect(summary.latency_s).not.toBeNull();
    expect(summary.warnings.map(({ code }) => code)).toContain('repaired');
  });

  it('of a capture is not given up for that of its CSV, and takes the place of one made from rows', () => {
    const place = scratch();
    const [out, plog] = [join(place, 'run.csv'), join(place, 'run.plog')];
    writeFileSync(out, csv.slice(0, -20));
    writeFileSync(plog, capture.subarray(0, -1500));
    const summaryPath = join(place, 'run.summary.json');
    const codes = () => read(summaryPath).warnings.map(({ code }) => code);
    expect(powerlog(['repair', out]).code).toBe(0);
    expect(codes()).toContain('rebuilt');
    expect(powerlog(['repair', plog]).code).toBe(0);
    expect(codes()).not.toContain('rebuilt');
    expect(read(summaryPath).board).toEqual(whole.board);
    const text = readFileSync(summaryPath, 'utf8');
    // A few rows: on a busy machine the capture's last block, which is lost, may hold most of the samples.
    writeFileSync(out, csv.split('\n').slice(0, 5).join('\n').slice(0, -20));
    expect(powerlog(['repair', out]).err).toMatch(
      /stays as it is: it tells of the [\d,]+ samples of .*run\.plog/,
    );
    expect(readFileSync(summaryPath, 'utf8')).toBe(text);
  });

  it('of another recording, or that cannot be read, is not lost', () => {
    const other = JSON.stringify({ ...whole, start_unix_s: 1 });
    const { path, err, summary } = repaired('run.csv', csv.slice(0, -20), other);
    expect(summary.command).toBeUndefined();
    expect(err).toMatch(/was of another recording, and moved to .*run\.summary\.json\.old/);
    expect(readFileSync(join(path, '..', 'run.summary.json.old'), 'utf8')).toBe(other);
    const broken = repaired('run.csv', csv.slice(0, -20), '{"schema": "powerlog.summary/2"}');
    expect(broken.text).toBe('{"schema": "powerlog.summary/2"}');
    expect(broken.err).toMatch(/is no summary that this powerlog reads \(schema: .*\) and stays as it is/);
  });
});
