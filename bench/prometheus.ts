/**
 * `npm run prometheus [-- --minutes 3]`: the real Prometheus scrapes a recording of every profile every second and every 15 s, over a restart of
 * powerlog in the middle, and its `increase()` stands beside the summaries' joules. Then what being scraped every second costs. Writes
 * `docs/prometheus-trial.md` where each half lasts a minute or more.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { short, table } from './claims.js';
import { lastingPorts } from './ports.js';
import { median, pairedRatio } from './stats.js';
import { fromRoot, machine, powerlog, Workshop } from './workshop.js';

interface Summary {
  readonly energy_j: { readonly system: number };
  readonly power_w: { readonly system: { readonly max: number } };
  readonly sample_rate_hz: number;
  readonly samples: number;
  readonly gaps: readonly unknown[];
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '3' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes takes a number above 0, not '${values.minutes}'`);
const halfS = minutes * 60;
const intervalsS = [1, 15];
const profiles = ['square', 'train', 'inference'];
const costTurns = 5;
const costS = 20;

const workshop = new Workshop();
process.once('exit', () => workshop.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const say = (text: string) => process.stderr.write(`${text}\n`);

const placeOf = (port: number): string => `127.0.0.1:${port}`;

const summaryOf = (name: string): Summary =>
  JSON.parse(readFileSync(workshop.file(`${name}.summary.json`), 'utf8')) as Summary;

/** Records for so long, and ends it as Ctrl-C does. */
async function record(
  name: string,
  port: string,
  options: readonly string[],
  seconds: number,
): Promise<Summary> {
  const args = ['record', '--port', port, '--quiet', '--out', workshop.file(`${name}.csv`), ...options];
  const child = workshop.start([process.execPath, powerlog, ...args], ['ignore', 'ignore', 'inherit']);
  await sleep(seconds * 1000);
  child.kill('SIGINT');
  await once(child, 'exit');
  return summaryOf(name);
}

const firstPort = await lastingPorts(profiles.length);
const places = profiles.map((_, n) => placeOf(firstPort + n));
const config = {
  scrape_configs: intervalsS.map((s) => ({
    ...{ job_name: `${s}s`, scrape_interval: `${s}s`, scrape_timeout: '1s' },
    static_configs: profiles.map((profile, n) => ({ targets: [places[n]], labels: { profile } })),
  })),
};
writeFileSync(workshop.file('prometheus.yml'), JSON.stringify(config));
const address = placeOf(await lastingPorts(1));
workshop.start(
  [
    ...['prometheus', `--config.file=${workshop.file('prometheus.yml')}`, '--log.level=warn'],
    ...[`--storage.tsdb.path=${workshop.file('data')}`, `--web.listen-address=${address}`],
  ],
  ['ignore', 'ignore', 'inherit'],
);
while (!(await fetch(`http://${address}/-/ready`).catch(() => null))?.ok) await sleep(100);
// It is ready seconds before it knows whom to scrape.
const targets = profiles.length * intervalsS.length;
while (Number((await query('count(up)', Date.now() / 1000))[0]?.[1] ?? 0) < targets) await sleep(100);

async function query(expression: string, atS: number): Promise<readonly (readonly [number, string])[]> {
  const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expression)}&time=${atS}`;
  const { data } = (await (await fetch(url)).json()) as {
    data: { result: { value?: [number, string]; values?: [number, string][] }[] };
  };
  const [first] = data.result;
  return first?.values ?? (first?.value ? [first.value] : []);
}

const halves: Summary[][] = [];
for (const half of ['first', 'second']) {
  say(`${half} half, ${halfS} s`);
  halves.push(
    await Promise.all(
      profiles.map((profile, n) =>
        record(`${profile}-${half}`, `sim:${profile}`, ['--metrics', places[n]!], halfS),
      ),
    ),
  );
}
const nowS = Date.now() / 1000;
const rows: string[][] = [];
let worst = 0;
for (const [n, profile] of profiles.entries())
  for (const s of intervalsS) {
    const series = `powerlog_energy_joules_total{profile="${profile}",job="${s}s",component="system"}`;
    const values = await query(`${series}[1d]`, nowS);
    const ups = await query(`up{profile="${profile}",job="${s}s"}[1d]`, nowS);
    const [fromS, toS] = [values[0]![0], values.at(-1)![0]];
    const [, increased] = (
      await query(`increase(${series}[${Math.round((toS - fromS) * 1000)}ms])`, toS)
    )[0]!;
    const summaries = halves.map((half) => half[n]!);
    const trueJ = summaries.reduce((sum, { energy_j }) => sum + energy_j.system, 0);
    const largestW = Math.max(...summaries.map(({ power_w }) => power_w.system.max));
    const beforeJ = Number(values[0]![1]);
    const afterJ = summaries.at(-1)!.energy_j.system - Number(values.at(-1)![1]);
    const restartJ = trueJ - Number(increased) - beforeJ - afterJ;
    // A busy machine scrapes later than it was told to.
    const longestS = Math.max(s, ...values.slice(1).map(([atS], at) => atS - values[at]![0]));
    const unseen = [beforeJ, restartJ, afterJ].map((joules) => joules / (largestW * longestS));
    worst = Math.max(worst, ...unseen.map(Math.abs));
    rows.push([
      `${profile}, every ${s} s`,
      String(values.length),
      String(ups.filter(([atS, up]) => up === '0' && atS > fromS).length),
      `${short(trueJ)} J`,
      `${short(Number(increased))} J`,
      ...unseen.map((part) => short(Math.abs(part) < 1e-6 ? 0 : part)),
      `${short(longestS)} s`,
    ]);
  }

say('what it costs');
const costs: { cpuUs: number; rateHz: number; gaps: number }[][] = [[], []];
const port = await workshop.board(1);
for (let turn = 0; turn < costTurns; turn++)
  for (const scraped of [0, 1]) {
    const place = placeOf(await lastingPorts(1));
    const options = scraped ? ['--metrics', place] : [];
    const name = `cost-${turn}-${scraped}`;
    const timer = scraped
      ? setInterval(
          () =>
            void fetch(`http://${place}/metrics`)
              .then((reply) => reply.text())
              .catch(() => {}),
          1000,
        )
      : undefined;
    const { cpuS } = await workshop.measure([
      ...[process.execPath, powerlog, 'record', '--port', port, '--quiet', '--duration', `${costS}s`],
      ...['--columns', 'power', '--out', workshop.file(`${name}.csv`), ...options],
    ]);
    clearInterval(timer);
    const { samples, sample_rate_hz, gaps } = summaryOf(name);
    costs[scraped]!.push({ cpuUs: (cpuS * 1e6) / samples, rateHz: sample_rate_hz, gaps: gaps.length });
  }
const [without, scraped] = costs as [(typeof costs)[0], (typeof costs)[0]];
const cpu = pairedRatio(
  scraped.map(({ cpuUs }) => cpuUs),
  without.map(({ cpuUs }) => cpuUs),
);
const rate = pairedRatio(
  scraped.map(({ rateHz }) => rateHz),
  without.map(({ rateHz }) => rateHz),
);
const page = [
  '# The real Prometheus',
  "Written by `npm run prometheus`: a recording of each profile, scraped by Debian's Prometheus every second and every 15 s, and begun anew in the " +
    `middle; each half ${short(halfS)} s. \`increase()\` over all of it beside the summaries' joules.`,
  `Machine: ${machine(workshop)}.`,
  table(
    [
      'system power of',
      'scrapes',
      'failed',
      'summaries',
      '`increase()`',
      'before the first scrape',
      'at the restart',
      'after the last',
      'longest interval',
    ],
    rows,
  ),
  'What no scrape can see is what was used before the first one, after the last one before the restart, and after the very last one: each beside what the ' +
    'longest interval between two scrapes holds at the largest power, of which it is a part, 1 at most. All else is in `increase()`.',
  `Being scraped once a second costs ${short(median(scraped.map(({ cpuUs }) => cpuUs)) - median(without.map(({ cpuUs }) => cpuUs)))} µs of CPU a sample at 1 ms: ` +
    `${short(cpu.value)} times as much (${cpu.spread?.map(short).join(' to ')}), at ${short(rate.value)} times the rate, with ` +
    `${scraped.reduce((sum, { gaps }) => sum + gaps, 0)} gaps beside ${without.reduce((sum, { gaps }) => sum + gaps, 0)}; median of ${costTurns} turns of ${costS} s.`,
].join('\n\n');
console.log(page);
if (minutes >= 1) writeFileSync(fromRoot('docs/prometheus-trial.md'), `${page}\n`);
process.exit(worst <= 1 ? 0 : 1);
