import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';
import { folder, write } from './pair.js';

/* Recordings of runs before and after a change. */

const place = folder();
const shell = `printf 'begin train\\n' >> $POWERLOG_MARKS; sleep 0.15; printf 'end train 10\\n' >> $POWERLOG_MARKS; sleep 0.05`;

interface Figure {
  readonly [key: string]: number | [number, number] | string | null;
}

interface Json {
  readonly a: string;
  readonly comparisons: readonly {
    readonly b: string;
    readonly command: readonly string[] | null;
    readonly sentence: string;
    readonly runs_a: number;
    readonly components: Readonly<Record<string, Figure>>;
    readonly phases: readonly {
      readonly name: string;
      readonly per: string;
      readonly repetitions_a: number;
      readonly repetitions_b: number;
      readonly components: Readonly<Record<string, Figure>>;
    }[];
    readonly warnings: readonly { readonly code: string; readonly message: string }[];
  }[];
}

const jsonOf = (args: readonly string[]): Json => {
  const { code, out, err } = powerlog(['compare', ...args, '--json', '-']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Json;
};

/** A summary in which everything took so many times as much, later; `change` does more to it. */
function writeChanged(
  name: string,
  factor: number,
  change: (summary: Record<string, unknown>) => void = () => {},
) {
  const scale = (value: unknown, isEnergy: boolean): unknown => {
    if (typeof value === 'number') return isEnergy ? value * factor : value;
    if (Array.isArray(value)) return value.map((each) => scale(each, isEnergy));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        scale(each, isEnergy || /^(?:energy_j|power_w)$/.test(key)),
      ]),
    );
  };
  const summary = scale(JSON.parse(readFileSync(place('before.summary.json'), 'utf8')), false) as Record<
    string,
    unknown
  >;
  summary.start_unix_s = (summary.start_unix_s as number) + 3600;
  change(summary);
  return write(place(name), JSON.stringify(summary));
}

beforeAll(() => {
  for (const name of ['before', 'after']) {
    const args = words`exec --port sim:constant --baseline 0 --runs 3 --out ${place(`${name}.csv`)} --quiet --`;
    expect(powerlog([...args, 'sh', '-c', shell]).code).toBe(0);
  }
  // How much runs scatter hangs on how busy this machine is: what they cost is laid down, so that each case is decided.
  const path = place('before.summary.json');
  const summary = JSON.parse(readFileSync(path, 'utf8')) as {
    runs: [{ energy_j: Record<string, { mean: number }>; runs: { energy_j: Record<string, number> }[] }];
  };
  const [{ energy_j, runs }] = summary.runs;
  for (const [name, all] of Object.entries(energy_j))
    runs.forEach((run, at) => {
      run.energy_j[name] = all.mean * (0.99 + at / 100);
    });
  write(path, JSON.stringify(summary));
});

describe('two recordings of runs', () => {
  it('are compared by component and phase, run by run, with intervals', () => {
    const { a, comparisons } = jsonOf([place('before.csv'), place('after.csv')]);
    expect(a).toBe(place('before.csv'));
    const [{ components, phases, sentence, runs_a }] = comparisons as [Json['comparisons'][number]];
    expect(runs_a).toBe(3);
    expect(sentence).toMatch(/before\.csv|after\.csv/);
    expect(Object.keys(components)).toEqual(['system', 'cpu', 'gpu', 'motherboard']);
    const { system } = components as { system: Figure };
    const [low, high] = system.energy_difference_j_interval as [number, number];
    expect(low).toBeLessThan(system.energy_difference_j as number);
    expect(high).toBeGreaterThan(system.energy_difference_j as number);
    expect((system.energy_b_j as number) - (system.energy_a_j as number)).toBeCloseTo(
      system.energy_difference_j as number,
      9,
    );
    expect(phases).toMatchObject([{ name: 'train', per: 'run', repetitions_a: 3 }]);
    const summary = JSON.parse(readFileSync(place('before.summary.json'), 'utf8')) as {
      runs: { phases?: { energy_j: { gpu: number } }[] }[];
      phases: { energy_j: { gpu: number } }[];
    };
    const inAll = (summary.runs[0]!.phases ?? summary.phases)[0]!.energy_j.gpu;
    expect(phases[0]!.components.gpu!.energy_a_j).toBeCloseTo(inAll / 3, 6);
    expect(phases[0]!.components.gpu!.energy_difference_j_interval).not.toBeNull();
  });

  it('print a sentence and a table', () => {
    const { code, out } = powerlog(words`compare ${place('before.csv')} ${place('after.csv')}`);
    expect(code).toBe(0);
    expect(out).toMatch(/Welch's test, p/);
    expect(out).toMatch(/before {2}.*before\.csv, 3 runs/);
    expect(out).toMatch(/train +a run, 3 and 3/);
    expect(out).toMatch(/energy +system +\d/);
  });
});

it('every key of the JSON stands in the docs', () => {
  const docs = readFileSync(new URL('../../docs/compare.md', import.meta.url), 'utf8').split(
    'Runs before and after',
  )[1]!;
  const { comparisons, ...json } = jsonOf([place('before.csv'), place('after.csv')]);
  const [{ components, phases, ...comparison }] = comparisons as [Json['comparisons'][number]];
  const keys = [...Object.keys({ ...json, comparisons, ...comparison, components, phases, ...phases[0] })];
  const figures = Object.keys(components.system!);
  expect(figures).toHaveLength(16);
  // `energy_a_j` and `duration_difference_pct` are of a figure F in its unit U.
  const general = (key: string) =>
    key.replace(/^(?:duration|energy|power)_/, 'F_').replace(/_[swj](?=$|_interval$|_reason$)/, '_U');
  for (const key of [...keys, ...figures].map(general)) expect(docs).toContain(`\`${key}\``);
});

describe('recordings of several commands', () => {
  const several = (name: string, factor: number, ...commands: string[]) =>
    writeChanged(name, factor, (summary) => {
      const { phases, runs, ...rest } = summary as { phases: object[]; runs: [{ runs: object[] }] };
      for (const key of Object.keys(summary)) delete summary[key];
      // The second command has a run less.
      const entry = (command: string, n: number) => ({
        ...runs[0],
        ...{ argv: [command], phases: phases.map((phase) => ({ ...phase, name: `of ${command}` })) },
        runs: runs[0].runs.slice(n),
      });
      Object.assign(summary, { ...rest, runs: commands.map(entry) });
    });

  it('are held against each other command by command, whatever their order', () => {
    const [before, after] = [
      several('ab.summary.json', 1, 'a', 'b'),
      several('ba.summary.json', 2, 'b', 'a'),
    ];
    const { comparisons } = jsonOf([before, after]);
    expect(comparisons).toMatchObject([
      { command: ['a'], runs_a: 3, runs_b: 2, phases: [{ name: 'of a' }], warnings: [] },
      { command: ['b'], runs_a: 2, runs_b: 3, phases: [{ name: 'of b' }], warnings: [] },
    ]);
    expect(comparisons[0]!.sentence).toMatch(/'ba\.summary\.json: a' costs .* than 'ab\.summary\.json: a'/);
    const { err, out } = powerlog(words`compare ${before} ${after} --max-regression 5%`);
    expect(err).toMatch(/ba\.summary\.json \(a\): the command cost/);
    expect(out).toMatch(/before {2}.*ab\.summary\.json, 'b', 2 runs/);
  });

  it('say what only one of them ran, and are none where they have none in common', () => {
    const before = several('ab.summary.json', 1, 'a', 'b');
    const { comparisons } = jsonOf([before, several('ac.summary.json', 1, 'c', 'a')]);
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]!.warnings.map(({ message }) => message)).toEqual([
      "only one of the two ran 'b', which is left out",
      "only one of the two ran 'c', which is left out",
    ]);
    expect(powerlog(words`compare ${before} ${place('before.summary.json')}`)).toMatchObject({
      code: 6,
      err: expect.stringMatching(/have no command in common: .*ran 'a' and 'b', .*ran 'sh -c /),
    });
  });
});

describe('summaries', () => {
  it('tell what differs between the instruments', () => {
    const changed = writeChanged('changed.summary.json', 1, (summary) => {
      const board = summary.board as Record<string, unknown>;
      board.product = 'BENCHLAB 2';
      board.firmware = 99;
      board.uid = 'ffff';
      summary.map = {
        components: { cpu: ['eps1'], gpu: ['hpwr1', 'hpwr2'], motherboard: ['atx_12v'] },
        slot: null,
      };
    });
    const [{ warnings }] = jsonOf([place('before.summary.json'), changed]).comparisons as [
      Json['comparisons'][number],
    ];
    const text = warnings.map(({ message }) => message).join('\n');
    expect(text).toMatch(
      /product BENCHLAB then, BENCHLAB 2 now; board .* then, ffff now; firmware \d+ then, 99 now/,
    );
    expect(text).toMatch(/components are not made of the same rails \(.*cpu was .*, is eps1/);
  });

  it('know single runs, and of phases sums alone, which they say', () => {
    const more = writeChanged('twice.summary.json', 2);
    const [{ components, phases, sentence }] = jsonOf([place('before.summary.json'), more]).comparisons as [
      Json['comparisons'][number],
    ];
    expect(components.system!.energy_difference_pct).toBeCloseTo(100, 6);
    expect(sentence).toMatch(/'twice\.summary\.json' costs .* more than 'before\.summary\.json', 100 %/);
    // Of what one time took: a phase that ran more often did not therefore cost more.
    const { phases: summed } = JSON.parse(readFileSync(place('before.summary.json'), 'utf8')) as {
      phases: [{ times: number; energy_j: { system: number } }];
    };
    expect(phases[0]).toMatchObject({ name: 'train', per: 'time', repetitions_a: 3, repetitions_b: 3 });
    expect(phases[0]!.components.system!.energy_a_j).toBeCloseTo(summed[0].energy_j.system / 3, 9);
    expect(powerlog(words`compare ${place('before.summary.json')} ${more}`).out).toMatch(
      /train +a time, 3 and 3/,
    );
    expect(phases[0]!.components.system!.energy_difference_pct).toBeCloseTo(100, 6);
    expect(phases[0]!.components.system!.energy_difference_j_interval).toBeNull();
    expect(phases[0]!.components.system!.energy_difference_j_reason).toMatch(/the summary tells sums alone/);
  });

  it('that took too much end with code 7, with all others compared too', () => {
    const [less, more] = [writeChanged('less.summary.json', 0.9), writeChanged('much.summary.json', 1.08)];
    const before = place('before.summary.json');
    expect(powerlog(words`compare ${before} ${less} --max-regression 5%`)).toMatchObject({
      code: 0,
      err: '',
    });
    const { code, err, out } = powerlog(words`compare ${before} ${less} ${more} --max-regression 5%`);
    expect(code).toBe(7);
    expect(err).toMatch(
      /much\.summary\.json: the command cost .*, 8\.0 % more than the .* J of the earlier run; 5\.0 % were allowed \(--max-regression\)/,
    );
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(out.match(/^before {2}/gm)).toHaveLength(2);
    expect(powerlog(words`compare ${before} ${more} --max-regression 8.1%`).code).toBe(0);
  });

  it('of which a later one has no run that went well are not failed for it, and say which it is', () => {
    const fail = (summary: Record<string, unknown>) => {
      const [command] = summary.runs as [{ runs: { status: string }[] } & Record<string, unknown>];
      for (const run of command.runs) run.status = 'failed';
      Object.assign(command, { counted: 0, energy_j: {}, power_w: {}, duration_s: null });
    };
    const [before, failed] = [place('before.summary.json'), writeChanged('failed.summary.json', 1, fail)];
    const { code, err, out } = powerlog(words`compare ${before} ${failed} --max-regression 3%`);
    expect([code, err]).toEqual([
      0,
      `powerlog: ${failed}: the limits could not be checked: no run that went well was measured\n`,
    ]);
    expect(out).toMatch(/energy +system +\d\S* k?J +– +–/);
    expect(out).not.toMatch(/train/);
    expect(powerlog(words`compare ${failed} ${before} --max-regression 3%`)).toMatchObject({
      code: 6,
      err: expect.stringMatching(/failed\.summary\.json: holds no energy of runs that went well/),
    });
    const much = writeChanged('much.summary.json', 1.08);
    const both = powerlog(words`compare ${before} ${failed} ${much} --max-regression 3%`);
    expect(both.code).toBe(7);
    expect(both.err).toMatch(
      /failed\.summary\.json: the limits could not.*\n.*much\.summary\.json: the command cost/,
    );
  });

  it('are no traces', () => {
    const { code, err } = powerlog(
      words`compare ${place('before.summary.json')} ${place('before.csv')} --column-b x`,
    );
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/--column-b is about two traces, and .*before\.summary\.json about runs/),
    ]);
    writeFileSync(place('no.summary.json'), '{"schema": "other"}');
    expect(
      powerlog(words`compare ${place('before.summary.json')} ${place('no.summary.json')}`),
    ).toMatchObject({ code: 6 });
  });
});

describe("a sensor's track", () => {
  const track = place('before.exec.csv');

  beforeAll(() => {
    write(track, 'time_s,unix_time_s,power_w\n0.000000,1700000000.000000,12.500000\n');
    const path = place('before.summary.json');
    const summary = JSON.parse(readFileSync(path, 'utf8')) as object;
    const tracks = [{ id: 'exec', sensor: { kind: 'exec' }, file: 'before.exec.csv' }];
    write(path, JSON.stringify({ ...summary, tracks }));
  });

  it.each([
    ['of several files', () => words`${place('before.csv')} ${track} ${place('after.csv')}`],
    ['with a limit', () => words`${place('before.csv')} ${track} --max-regression 3%`],
    ['of another time', () => words`${place('after.csv')} ${track}`],
  ])('%s has no runs, and none of its board are told as its own', (_, args) => {
    const { code, err, out } = powerlog(['compare', ...args()]);
    expect([code, out]).toEqual([6, '']);
    expect(err).toContain(`${track} is a sensor's track, which holds no runs`);
    expect(err).toContain('powerlog compare run.csv before.exec.csv');
  });
});
