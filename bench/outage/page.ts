import { short, table } from '../claims.js';
import { machine } from '../workshop.js';
import type { Joules } from './joules.js';
import { victoriaFlags } from './pages.js';
import type { Bench, Finding } from './trial.js';

const yes = (met: boolean): string => (met ? 'yes' : '**no**');
const count = (value: number): string => value.toLocaleString('en-US');

export const isWhole = (each: Finding): boolean =>
  [each.missing, each.twice, each.foreign, each.unordered, each.overlapping].every((found) => found === 0) &&
  // Of decimals that were written as such nothing is left but what a double cannot hold.
  each.largestDifference < 1e-9 &&
  each.problems.length === 0;

export const isMet = ({ off, target }: Joules): boolean => off <= target;

function share(off: number): string {
  if (Number.isNaN(off)) return 'no answer';
  return off < 1e-8 ? 'below 0.000001 %' : `${(off * 100).toFixed(6)} %`;
}

export function pageOf(
  { workshop, influx, victoria, seconds, outageS }: Bench,
  findings: readonly Finding[],
  joules: readonly Joules[],
): string {
  const rows = findings.map((each) => [
    `${each.stage}; ${each.what}`,
    count(each.rows),
    count(each.points),
    ...[each.missing, each.twice + each.overlapping, each.foreign, each.unordered].map(count),
    `${short(each.largestDifference * 1000)} mW`,
    count(each.later),
    yes(isWhole(each)),
  ]);
  const notes = findings.flatMap(({ stage, what, note }) => (note ? [`- ${stage}; ${what}: ${note}.`] : []));
  const problems = findings.flatMap(({ stage, what, problems }) =>
    problems.map((problem) => `- ${stage}; ${what}: ${problem}`),
  );
  return [
    '# Outages, the trial',
    `Written by \`npm run outage\`: \`powerlog record\` for ${seconds} s a run, of a simulated board that answers as fast as it is asked, into the real InfluxDB (every ` +
      'sample) and the real VictoriaMetrics (means at 100 Hz with their extremes); each run with a CSV and a capture beside it.',
    `Machine: ${machine(workshop)}. InfluxDB ${influx.version}; VictoriaMetrics ${victoria.version}, started with \`${victoriaFlags.join(' ')}\`.`,
    '## Every sample, once',
    table(
      [
        'run',
        'rows',
        'points there',
        'missing',
        'twice',
        'of no row',
        'out of order',
        'largest difference',
        'rows behind the capture',
        'met',
      ],
      rows,
    ),
    'A row is a sample or an interval, a point one of its columns. Rows are those of the capture, read by the reader in Python that ' +
      '[capture-format.md](capture-format.md) shows, and the CSV has to say the same; means and extremes are reckoned anew from these ' +
      'samples by `bench/outage/means.ts`, as [csv.md](csv.md#means-of-intervals) tells it. Target: none missing, none twice, no other, in order, each to the milliwatt.',
    [...problems, ...notes].join('\n'),
    '- Undisturbed: three profiles at once into each database, the sums alone. Half-way what was there had to be the first rows of the capture, none left out.',
    `- Server killed: by KILL in the middle, and away for ${outageS} s; all rails.`,
    `- Powerlog killed: by KILL in the middle, in the midst of ${outageS} s without its server, which was killed too. Then \`powerlog push\` of the spool, and of the ` +
      'capture twice, of which the second time had to change nothing. Rows behind the capture were sent or in the spool, and not in the file that they could be held against.',
    '## Joules',
    table(
      ['profile; database', 'summary, system', 'of it in gaps', 'largest difference', 'of', 'target', 'met'],
      joules.map((each) => [
        `${each.profile}; ${each.what}`,
        `${short(each.summaryJ)} J`,
        `${short(each.leftOutJ)} J`,
        share(each.off),
        each.component,
        `at most ${each.target * 100} %`,
        yes(isMet(each)),
      ]),
    ),
    `By the queries of [influx.md](influx.md#joules-from-the-database), for every component; of the undisturbed runs, and of their captures, pushed at 50 Hz. Means leave gaps ` +
      "out, as [csv.md](csv.md#means-of-intervals) tells it, and are held against the summary's joules outside of them. The query for VictoriaMetrics weighs " +
      'long and short intervals alike, and is off by more where a busy machine makes many of both.',
  ].join('\n\n');
}
