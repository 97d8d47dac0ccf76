import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workshop } from '../workshop.js';
import { type Expected, expectedMeans, expectedSamples } from './expected.js';
import { compareJoules, type Joules } from './joules.js';
import { joulesQueries } from './pages.js';
import { push, Recording, type RecordingPlan, type Summary } from './recording.js';
import type { Recorded } from './samples.js';
import type { Database, Influx, Series, Victoria } from './servers.js';
import { isSame, judge, overlaps, type Verdict } from './verdict.js';

export interface Finding extends Verdict {
  readonly stage: string;
  readonly what: string;
  readonly overlapping: number;
  /** What is wrong beside the counts; none where all went well. */
  readonly problems: readonly string[];
  /** How it went, where the counts don't tell. */
  readonly note: string | null;
}

export interface Bench {
  readonly workshop: Workshop;
  readonly influx: Influx;
  readonly victoria: Victoria;
  readonly seconds: number;
  readonly outageS: number;
  readonly say: (text: string) => void;
}

/** What is written where, and how it is looked at: every sample to the one, means to the other. */
interface Way {
  readonly database: Database;
  readonly what: string;
  readonly options: readonly string[];
  readonly expected: (recorded: Recorded, onlySums: boolean) => Expected;
}

const meansHz = 100;
const profiles = ['square', 'train', 'inference'];
/** Of joules from samples, and from means. */
const targets = { samples: 1e-4, means: 1e-3 };
const fewMeansHz = 50;

const waysOf = ({ influx, victoria }: Bench): readonly Way[] => [
  {
    ...{ database: influx, what: 'InfluxDB, every sample', options: [] },
    expected: expectedSamples,
  },
  {
    ...{ database: victoria, what: `VictoriaMetrics, means at ${meansHz} Hz` },
    options: ['--influx-rate', String(meansHz)],
    expected: (recorded, onlySums) => expectedMeans(recorded, meansHz, onlySums),
  },
];

const count = (value: number): string => value.toLocaleString('en-US');

interface Look {
  readonly stage: string;
  readonly way: Way;
  readonly recorded: Recorded;
  readonly expected: Expected;
  readonly found: ReadonlyMap<string, Series>;
  readonly problems: readonly string[];
  readonly note: string | null;
}

function findingOf({ stage, way, recorded, expected, found, problems, note }: Look): Finding {
  return {
    ...judge(expected, found),
    ...{ stage, what: way.what, note },
    problems: [
      ...problems,
      ...(recorded.differing > 0
        ? [`${count(recorded.differing)} rows of the CSV are not the capture's`]
        : []),
    ],
    overlapping: found.has('interval_s') ? overlaps(found) : 0,
  };
}

const points = ({ database }: Way, run: string, { columns }: Expected) =>
  database.points(run, [...columns.keys()]);

/** What an ended recording complains of, and what it left. */
const troubles = ({ spool }: Recording, { warnings }: Summary, { csvRows, unixUs }: Recorded): string[] => [
  ...warnings
    .filter(({ code }) => /^(influx|sink-overrun)/.test(code))
    .map(({ code, message }) => `${code}: ${message}`),
  ...(existsSync(spool) ? ['the spool is still there'] : []),
  ...(csvRows === unixUs.length
    ? []
    : [`the CSV has ${count(csvRows)} rows, the capture ${count(unixUs.length)}`]),
];

const record = ({ workshop, seconds }: Bench, plan: Omit<RecordingPlan, 'seconds'>): Recording =>
  new Recording(workshop, { ...plan, seconds });

/** Every profile into a database, all at once: what is there half-way, what at the end, and what the joules are. */
export async function undisturbed(bench: Bench): Promise<{ findings: Finding[]; joules: Joules[] }> {
  const findings: Finding[] = [];
  const joules: Joules[] = [];
  for (const way of waysOf(bench)) {
    bench.say(`undisturbed, ${bench.seconds} s into ${way.what}: ${profiles.join(', ')}`);
    const runs = profiles.map((profile) => {
      const name = `${profile}-${way.database.name}`;
      const options = [...way.options, '--tag', `run=${name}`];
      return { name, profile, recording: record(bench, { name, profile, database: way.database, options }) };
    });
    await sleep(bench.seconds * 500);
    const halfWay = await Promise.all(runs.map(({ name }) => way.database.points(name, ['system_power_w'])));
    const summaries = await Promise.all(runs.map(({ recording }) => recording.ended()));
    for (const [n, { name, profile, recording }] of runs.entries()) {
      bench.say(`looking at ${name}`);
      const recorded = recording.read();
      const expected = way.expected(recorded, true);
      const found = await points(way, name, expected);
      const { stamps } = halfWay[n]!.get('system_power_w')!;
      const isBeginning = stamps.length > 0 && stamps.every((stamp, row) => stamp === expected.stamps[row]);
      const problems = [
        ...troubles(recording, summaries[n]!, recorded),
        ...(isBeginning ? [] : [`half-way it was not the first ${stamps.length} rows that were there`]),
      ];
      findings.push(
        findingOf({ stage: `undisturbed, ${profile}`, way, recorded, expected, found, problems, note: null }),
      );
      const summary = summaries[n]!;
      joules.push(...(await joulesOf(bench, { way, name, profile, recording, recorded, summary })));
    }
  }
  return { findings, joules };
}

interface Measured {
  readonly way: Way;
  readonly name: string;
  readonly profile: string;
  readonly recording: Recording;
  readonly recorded: Recorded;
  readonly summary: Summary;
}

/** Of what was written while it was recorded, and of the capture's means, pushed beside it. */
async function joulesOf(bench: Bench, measured: Measured): Promise<Joules[]> {
  const { influx, workshop } = bench;
  const { way, name, profile, recording, recorded, summary } = measured;
  const { database, what } = way;
  const run = `${name}-${fewMeansHz}`;
  const options = ['--influx-rate', String(fewMeansHz), '--tag', `run=${run}`];
  await push(workshop, recording.capture, database, options);
  const ofMeans = {
    query: database === influx ? joulesQueries.influxMeans : joulesQueries.victoriaMeans,
    ...{ meansHz: fewMeansHz, target: targets.means },
  };
  const live =
    database === influx
      ? { query: joulesQueries.influxSamples, meansHz: null, target: targets.samples }
      : { ...ofMeans, meansHz };
  const few = { ...ofMeans, run, what: `${database.name}, means at ${fewMeansHz} Hz` };
  return [
    await compareJoules({ profile, database, ...live, what, run: name }, summary, recorded),
    await compareJoules({ profile, database, ...few }, summary, recorded),
  ];
}

/** Both databases are killed in the middle, and are back after a while. */
export async function serverKilled(bench: Bench): Promise<Finding[]> {
  const { say, seconds, outageS } = bench;
  say(`the servers are killed for ${outageS} s in the middle of ${seconds} s`);
  return Promise.all(
    waysOf(bench).map(async (way) => {
      const { database } = way;
      const name = `server-killed-${database.name}`;
      const options = [...way.options, '--columns', 'rails'];
      const recording = record(bench, { name, profile: 'train', database, options });
      await recording.begun();
      await sleep(((seconds - outageS) / 2) * 1000);
      await database.kill();
      await sleep(outageS * 1000);
      await database.start();
      const summary = await recording.ended();
      say(`looking at ${name}`);
      const recorded = recording.read();
      const expected = way.expected(recorded, false);
      const found = await points(way, recording.run(recorded), expected);
      const wasNoticed = recording.hasSaid(/takes nothing/) && recording.hasSaid(/takes lines again/);
      const problems = [
        ...troubles(recording, summary, recorded),
        ...(wasNoticed ? [] : ['the outage was not noticed, and so not tried']),
      ];
      return findingOf({ stage: 'server killed', way, recorded, expected, found, problems, note: null });
    }),
  );
}

/** The databases are away when powerlog is killed; `push` finishes it from the spool and then from the capture, twice. */
export async function powerlogKilled(bench: Bench): Promise<Finding[]> {
  const { say, seconds, outageS, workshop } = bench;
  say(`powerlog is killed in the middle of ${seconds} s, while the servers are away for ${outageS} s`);
  return Promise.all(
    waysOf(bench).map(async (way) => {
      const { database } = way;
      const name = `powerlog-killed-${database.name}`;
      const options = [...way.options, '--columns', 'rails'];
      const recording = record(bench, { name, profile: 'train', database, options });
      await recording.begun();
      await sleep(((seconds - outageS) / 2) * 1000);
      await database.kill();
      await sleep(outageS * 500);
      await recording.kill();
      await sleep(outageS * 500);
      await database.start();
      const recorded = recording.read();
      const expected = way.expected(recorded, false);
      const run = recording.run(recorded);
      const look = async () => points(way, run, expected);
      const rows = (found: ReadonlyMap<string, Series>) => found.get('system_power_w')!.stamps.length;
      const hadSpool = existsSync(recording.spool);
      const before = await look();
      await push(workshop, recording.spool, database);
      const finished = await look();
      const captured = [...way.options, '--columns', 'rails'];
      await push(workshop, recording.capture, database, captured);
      const once = await look();
      await push(workshop, recording.capture, database, captured);
      const twice = await look();
      const note =
        `${count(rows(before))} rows were there when the server was back, ` +
        `${count(rows(finished))} with the spool, ${count(rows(once))} with the capture`;
      say(`${name}: ${note}`);
      const problems = [
        ...(hadSpool && rows(finished) > rows(before)
          ? []
          : ['nothing was left in the spool, and so nothing tried']),
        ...(existsSync(recording.spool) ? ['the spool is still there'] : []),
        ...(isSame(once, twice) ? [] : ['to push the capture again changed something']),
      ];
      return findingOf({ stage: 'powerlog killed', way, recorded, expected, found: twice, problems, note });
    }),
  );
}
