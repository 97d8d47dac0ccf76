import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Claim, type Effort, type Findings, short, table } from '../claims.js';
import { median } from '../stats.js';
import { fromRoot, powerlog, type Workshop } from '../workshop.js';
import { h100 } from './h100.js';
import { publishedCards } from './published-cards.js';

const programs = (name: string): string => fromRoot(`test/compare/build/compare/table/${name}.js`);

/** What `test/compare/table/run.ts` prints of a row. */
interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly sense: Claim['sense'];
  readonly target: number;
  readonly cases: number;
  readonly of: number;
}

interface Failed {
  readonly group: string;
  readonly load: string;
  readonly seed: number;
  readonly failed: string;
}

/** What a comparison finds in pairs whose truth is known, an hour's time and memory, and real recordings of others. */
export async function compare(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  say(`pairs with a known truth, ${effort.cases} seeded cases a kind`);
  const { rows, failures } = await tableOfPairs(effort);
  const hour = await compareHour(workshop, effort, say);
  const cards = await publishedCards(workshop, say);
  const card = await h100(workshop, say);
  return {
    claims: [...rows.filter(({ target }) => Number.isFinite(target)).map(claimOf), ...hour.claims],
    section: [
      '## Two traces compared',
      `Pairs of a board's trace and a sensor's readings whose truth is known exactly (\`test/compare/pairs\`): ten kinds of load, and a step and a ramp with nothing else on them; five kinds of sensor; ${effort.cases} seeded cases a kind; polls at most ⅔ of the update period apart, 60 to 150 s. Each row is beside its target above; here is of how many cases.`,
      table(
        ['what', 'reached', 'target', 'cases'],
        rows.map(({ what, value, unit, sense, target, cases, of }) => [
          what,
          `${Number.isNaN(value) ? '–' : value.toFixed(2)} ${unit}`,
          Number.isFinite(target) ? `${sense} ${target}` : '–',
          cases === of ? `${cases}` : `${cases} of ${of}`,
        ]),
      ),
      failures.length === 0
        ? 'No case ended in an exception.'
        : `${failures.length} cases ended in an exception: ${failures.map(({ group, load, seed }) => `${group} ${load} ${seed}`).join(', ')}.`,
      ...hour.section,
      ...cards,
      ...card,
    ].join('\n\n'),
  };
}

const claimOf = ({ what, value, unit, sense, target }: Row): Claim => ({
  what: `comparison: ${what}`,
  ...{ value, sense, target, unit },
});

async function tableOfPairs({ cases, scores }: Effort): Promise<{ rows: Row[]; failures: Failed[] }> {
  const before = scores === undefined ? [] : ['--resume', scores];
  const child = spawn(process.execPath, [programs('run'), '--cases', String(cases), '--json', ...before], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const { table: rows, failures } = JSON.parse(out) as { table: Row[]; failures: Failed[] };
  // JSON has no NaN: a row that no case told anything of comes as null.
  const whole = rows.map((row) => ({
    ...row,
    value: row.value ?? Number.NaN,
    target: row.target ?? Number.POSITIVE_INFINITY,
  }));
  return { rows: whole, failures };
}

/** An hour at 1 kHz: the estimator alone on what is in memory, and the command with all its reading. */
async function compareHour(workshop: Workshop, { repeats }: Effort, say: (text: string) => void) {
  say('an hour at 1 kHz');
  const [a, b] = [workshop.file('hour-a.csv'), workshop.file('hour-b.csv')];
  await workshop.measure([process.execPath, programs('hour'), 'write', a, b]);
  const alone: { wallS: number; peakRssMb: number }[] = [];
  const whole: { wallS: number; peakRssMb: number }[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { stdout } = await workshop.measure([process.execPath, programs('hour'), 'compare', a, b]);
    alone.push(JSON.parse(stdout));
    const out = workshop.file('hour.json');
    const command = ['compare', a, b, '--json', out, '--force'];
    whole.push(await workshop.measure([process.execPath, powerlog, ...command]));
  }
  const walls = (runs: typeof alone) => runs.map(({ wallS }) => wallS);
  const peak = (runs: typeof alone) => Math.max(...runs.map(({ peakRssMb }) => peakRssMb));
  const limit = { sense: 'at most' } as const;
  return {
    claims: [
      {
        what: 'an hour at 1 kHz compared, reading apart',
        ...limit,
        value: median(walls(alone)),
        target: 5,
        unit: 's',
      },
      { what: 'its peak memory, the traces included', ...limit, value: peak(alone), target: 300, unit: 'MB' },
    ] satisfies Claim[],
    section: [
      '### An hour at 1 kHz',
      `A board's 3.6 million samples and a sensor polled every 20 ms; median of ${repeats}.`,
      table(
        ['what', 'seconds', 'peak memory, MB'],
        [
          ['the comparison alone, both traces in memory', short(median(walls(alone))), short(peak(alone))],
          ['`powerlog compare` on two CSVs', short(median(walls(whole))), short(peak(whole))],
        ],
      ),
    ],
  };
}
