/**
 * `npm run bench [-- --quick] [-- --only live|sensors|feeds|terminal|saturated|replay|report|compare|pages|startup]`: powerlog beside its peers in one
 * run. Each part writes its page in `docs/performance`, and the overview over all of them; a quick run only prints.
 * `--scores F`: pairs that `test/compare/table/run.ts --scores F` compared on this machine and with this code are not compared again.
 */
import { parseArgs } from 'node:util';
import type { Effort } from './claims.js';
import { compare } from './compare/compare.js';
import { feeds } from './feeds.js';
import { live } from './live.js';
import { pages } from './pages/pages.js';
import { partPage, writePages } from './performance-pages.js';
import { replay } from './replay.js';
import { report } from './report.js';
import { saturated } from './saturated.js';
import { sensors } from './sensors.js';
import { startup } from './startup.js';
import { terminal } from './terminal.js';
import { machine, Workshop } from './workshop.js';

const parts = { live, sensors, feeds, terminal, saturated, replay, report, compare, pages, startup };

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: Object.keys(parts) },
    scores: { type: 'string' },
  },
});
const unknown = values.only.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(`--only takes ${Object.keys(parts).join(', ')}, not ${unknown.join(', ')}`);

const effort: Effort = {
  ...(values.quick
    ? { longSeconds: 4, seconds: 1, repeats: 1, longFrames: 3_000_000, cases: 40 }
    : { longSeconds: 30, seconds: 6, repeats: 3, longFrames: 30_000_000, cases: 500 }),
  scores: values.scores,
};

const workshop = new Workshop();
process.once('exit', () => workshop.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const say = (text: string) => process.stderr.write(`${text}\n`);
const missingToAll = workshop.missing.length;
for (const [name, part] of Object.entries(parts)) {
  if (!values.only.includes(name)) continue;
  const found = await part(workshop, effort, say);
  const text = partPage(found, { machine: machine(workshop), missing: workshop.missing });
  workshop.missing.splice(missingToAll);
  process.stdout.write(`${text}\n`);
  if (!values.quick) writePages(name, text, Object.keys(parts));
}
process.exit(0);
