import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { powerlog, words } from '../cli/run.js';
import { folder } from './pair.js';

/* Recordings of runs with several boards: all of them, or one, and never both in one table. */

const place = folder();
const shell = `echo begin train >> $POWERLOG_MARKS; sleep 0.15; echo end train >> $POWERLOG_MARKS; sleep 0.05`;

interface Figures {
  readonly energy_a_j: number;
  readonly energy_b_j: number;
}

interface Compared {
  readonly sentence: string;
  readonly boards_a: readonly string[] | null;
  readonly boards_b: readonly string[] | null;
  readonly components: Readonly<Record<string, Figures>>;
  readonly phases: readonly {
    readonly per: string;
    readonly components: Readonly<Record<string, Figures>>;
  }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

function compared(a: string, b: string): Compared {
  const { code, out, err } = powerlog(words`compare ${place(a)} ${place(b)} --json -`);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out).comparisons[0] as Compared;
}

/** Of A: what a run took in the mean, and its phase. */
const joules = ({ components, phases }: Compared) => [
  components.system!.energy_a_j,
  phases[0]!.components.system!.energy_a_j,
];

beforeAll(() => {
  for (const name of ['one', 'two']) {
    const boards = words`--port sim:constant,name=Alpha --port sim:square,name=Beta --with ${'exec:echo 5'}`;
    const kept = words`--out ${place(`${name}.csv`)} --capture ${place(`${name}.plog`)}`;
    const args = words`exec --baseline 0 --runs 3 --quiet ${boards} ${kept} -- sh -c ${shell}`;
    const ran = powerlog(args);
    expect(ran.code, ran.err).toBe(0);
  }
});

describe('recordings with several boards', () => {
  it('are compared as all of them by their name, and as one by its file', () => {
    const summary = JSON.parse(readFileSync(place('one.summary.json'), 'utf8'));
    const whole = compared('one.csv', 'two.csv');
    expect(whole).toMatchObject({ boards_a: ['Alpha', 'Beta'], boards_b: ['Alpha', 'Beta'] });
    // Which of them stands first hangs on which costs more, where one does.
    for (const name of ['one', 'two']) expect(whole.sentence).toContain(`'${name}.csv (2 boards)'`);
    expect(whole.phases[0]!.per).toBe('run');
    const [runJ, phaseJ] = joules(whole);
    expect(runJ).toBeCloseTo(summary.runs[0].energy_j.system.mean, 6);
    expect(phaseJ).toBeCloseTo(summary.phases[0].energy_j.system / 3, 6);
    expect(joules(compared('one.summary.json', 'two.summary.json')).map((each) => each.toFixed(6))).toEqual(
      joules(whole).map((each) => each.toFixed(6)),
    );

    const alone = compared('one.Beta.csv', 'two.Beta.csv');
    expect(alone).toMatchObject({ boards_a: ['Beta'], boards_b: ['Beta'], warnings: [] });
    expect(alone.sentence).toContain("'one.Beta.csv (Beta of 2 boards)'");
    const ofCapture = joules(compared('one.Beta.plog', 'two.Beta.plog'));
    joules(alone).forEach((each, n) => {
      expect(each).toBeCloseTo(ofCapture[n]!, 6);
    });
    const first = compared('one.plog', 'two.plog');
    expect(first).toMatchObject({ boards_a: ['Alpha'] });
    joules(first).forEach((each, n) => {
      expect(each + joules(alone)[n]!).toBeCloseTo(joules(whole)[n]!, 6);
    });
    const { out } = powerlog(words`compare ${place('one.Beta.csv')} ${place('two.Beta.csv')}`);
    expect(out).toMatch(/^before {2}.*one\.Beta\.csv, 3 runs, Beta of 2 boards$/m);
  });

  it('are all of them by a link to it too, and a sensor beside them is none', () => {
    for (const name of ['one', 'one.exec', 'two']) {
      mkdirSync(place('links'), { recursive: true });
      symlinkSync(place(`${name}.csv`), place(`links/of-${name}.csv`));
    }
    expect(compared('links/of-one.csv', 'links/of-two.csv')).toMatchObject({
      boards_a: ['Alpha', 'Beta'],
      boards_b: ['Alpha', 'Beta'],
    });
    const { code, err } = powerlog(words`compare ${place('links/of-one.exec.csv')} ${place('two.exec.csv')}`);
    expect({ code, err }).toMatchObject({ code: 6, err: expect.stringContaining("is a sensor's track") });
  });

  it('of all of them against one are said to be of other instruments', () => {
    const { warnings, boards_b } = compared('one.csv', 'two.Beta.csv');
    expect(boards_b).toEqual(['Beta']);
    expect(warnings).toContainEqual({
      code: 'other-instrument',
      message: expect.stringContaining('2 boards then, 1 now'),
    });
  });

  it('are not compared by the file of a sensor beside them', () => {
    expect(powerlog(words`compare ${place('one.exec.csv')} ${place('two.exec.csv')}`)).toMatchObject({
      code: 6,
      err: expect.stringMatching(/is a sensor's track, which holds no runs.*one\.summary\.json/),
    });
  });

  it('are one board where the file of another is not there, which is said', () => {
    rmSync(place('one.Beta.csv'));
    const left = compared('one.csv', 'two.csv');
    expect(left).toMatchObject({ boards_a: ['Alpha'], boards_b: ['Alpha', 'Beta'] });
    expect(left.warnings).toContainEqual({
      code: 'board-left-out',
      message: expect.stringMatching(
        /one\.csv is compared as one board's alone, since .*one\.Beta\.csv is not/,
      ),
    });
    const [runJ, phaseJ] = joules(left);
    const [ofRun, ofPhase] = joules(compared('one.plog', 'two.plog'));
    expect(runJ).toBeCloseTo(ofRun!, 6);
    expect(phaseJ).toBeCloseTo(ofPhase!, 6);
  });
});
