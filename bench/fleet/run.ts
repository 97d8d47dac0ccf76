/**
 * `npm run fleet [-- --benches 50] [-- --minutes 10] [-- --outage 60] [-- --only trial|flood]`: builds the fleet's programs, starts `fleet/` on
 * this machine, has agents with simulated boards write to it, kills parts of it, and looks for every point. What it found is kept in the results
 * file, so that the two parts can be measured at different times; `--page` writes it into `docs/fleet.md`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromRoot } from '../workshop.js';
import { flood } from './flood.js';
import { fillPage, type Results } from './page.js';
import { buildPrograms } from './programs.js';
import { trial } from './trial.js';

const { values } = parseArgs({
  options: {
    benches: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '10' },
    outage: { type: 'string', default: '60' },
    'board-rate': { type: 'string', default: '50' },
    rate: { type: 'string', default: '1' },
    /** Benches and hours that are poured in at once. */
    'flood-benches': { type: 'string', default: '20' },
    'flood-hours': { type: 'string', default: '2' },
    only: { type: 'string' },
    page: { type: 'boolean', default: false },
    results: { type: 'string', default: fromRoot('bench/fleet/results.json') },
  },
});
const plan = {
  benches: Number(values.benches),
  minutes: Number(values.minutes),
  outageS: Number(values.outage),
  boardHz: Number(values['board-rate']),
  meansHz: Number(values.rate),
};
if (values.only !== undefined && !['trial', 'flood', 'page'].includes(values.only))
  throw new Error(`--only takes trial, flood or page, not ${values.only}`);

const root = mkdtempSync(join(tmpdir(), 'powerlog-fleet-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const say = (text: string) => process.stderr.write(`${text}\n`);
const results: Results = existsSync(values.results)
  ? (JSON.parse(readFileSync(values.results, 'utf8')) as Results)
  : {};
const keep = () => writeFileSync(values.results, `${JSON.stringify(results, null, 1)}\n`);

if (values.only !== 'page') {
  const programs = buildPrograms(say);
  if (values.only !== 'flood') {
    results.trial = await trial(programs, root, plan, say);
    keep();
    say(JSON.stringify(results.trial, null, 1));
    const { verdict, middle, agents } = results.trial;
    const isFlawed = [verdict, middle.verdict].some(
      ({ missing, twice, wrong }) => missing + twice + wrong > 0,
    );
    // A killed node that missed nothing was not away, or was filled up meanwhile: then nothing was tried.
    const isUntried = middle.nodes[1]!.missing === 0;
    if (isUntried) say('the killed node misses nothing: its outage was not tried');
    // Of vmagent they know, and of the nodes behind it they cannot.
    const isMistaken = agents.withoutNetwork < plan.benches || agents.ok < plan.benches;
    if (isMistaken) say('not every agent said that the network was away, and that it was back');
    if (isFlawed || isUntried || isMistaken) process.exitCode = 1;
  }
  if (values.only !== 'trial') {
    const size = { benches: Number(values['flood-benches']), hours: Number(values['flood-hours']) };
    results.flood = await flood(programs, root, size, say);
    keep();
    say(JSON.stringify(results.flood, null, 1));
  }
}
if (values.page) fillPage(results);
process.exit();
