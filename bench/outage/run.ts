/**
 * `npm run outage [-- --seconds 10]`: into the real InfluxDB and the real VictoriaMetrics goes a minute that nothing disturbs, one in
 * which they are killed, and one in which powerlog is; every sample is looked for, and joules are asked for as `docs/influx.md`
 * says. Takes some five minutes. A minute or more writes `docs/outage-trial.md`. Ends with 1 where something misses its target.
 */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { fromRoot, Workshop } from '../workshop.js';
import { isMet, isWhole, pageOf } from './page.js';
import { Influx, Victoria } from './servers.js';
import { type Bench, powerlogKilled, serverKilled, undisturbed } from './trial.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);
if (!(seconds >= 6)) throw new Error(`--seconds takes a number from 6 on, not '${values.seconds}'`);
const pageFromS = 60;
const outageS = seconds / 3;

const workshop = new Workshop();
// What is left of a trial that failed has nothing to save: an orderly end would only take long.
process.once('exit', () => workshop.close('SIGKILL'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
for (const program of ['influxd', 'victoria-metrics'])
  if (!workshop.has(program)) throw new Error(`the trial needs ${program}, which is not installed`);

const beganMs = performance.now();
const say = (text: string) =>
  process.stderr.write(`${((performance.now() - beganMs) / 1000).toFixed(0)} s: ${text}\n`);
const bench: Bench = {
  ...{ workshop, seconds, outageS, say },
  influx: await Influx.open(workshop),
  victoria: await Victoria.open(workshop),
};
say(`the machine's load is ${loadavg()[0]!.toFixed(1)}; figures want a quiet one`);
const { findings: quiet, joules } = await undisturbed(bench);
const findings = [...quiet, ...(await serverKilled(bench)), ...(await powerlogKilled(bench))];
say('done');
const page = pageOf(bench, findings, joules);
console.log(page);
if (seconds >= pageFromS) writeFileSync(fromRoot('docs/outage-trial.md'), `${page}\n`);
else say(`docs/outage-trial.md is written of ${pageFromS} s a run or more`);
process.exit(findings.every(isWhole) && joules.every(isMet) ? 0 : 1);
