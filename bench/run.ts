/**
 * `npm run bench [-- --quick] [-- --only live|sensors|feeds|terminal|saturated|replay|report|compare|pages|startup]`: powerlog beside its peers in one
 * run. The whole run writes `docs/performance.md`; a quick or partial one only prints.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { claimTable, type Effort, type Findings } from './claims.js';
import { compare } from './compare/compare.js';
import { feeds } from './feeds.js';
import { live } from './live.js';
import { pages } from './pages/pages.js';
import { replay } from './replay.js';
import { report } from './report.js';
import { saturated } from './saturated.js';
import { sensors } from './sensors.js';
import { startup } from './startup.js';
import { terminal } from './terminal.js';
import { fromRoot, machine, Workshop } from './workshop.js';

const parts = { live, sensors, feeds, terminal, saturated, replay, report, compare, pages, startup };

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: Object.keys(parts) },
  },
});
const unknown = values.only.filter((name) => !(name in parts));
if (unknown.length > 0)
  throw new Error(`--only takes ${Object.keys(parts).join(', ')}, not ${unknown.join(', ')}`);

const effort: Effort = values.quick
  ? { longSeconds: 4, seconds: 1, repeats: 1, longFrames: 3_000_000, cases: 40 }
  : { longSeconds: 30, seconds: 6, repeats: 3, longFrames: 30_000_000, cases: 500 };

const workshop = new Workshop();
process.once('exit', () => workshop.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const say = (text: string) => process.stderr.write(`${text}\n`);
const found: Findings[] = [];
for (const [name, part] of Object.entries(parts))
  if (values.only.includes(name)) found.push(await part(workshop, effort, say));

const missing = workshop.missing.length > 0 ? `Missing here: ${workshop.missing.join('; ')}.` : '';
const page = [
  '# Performance',
  'Written by `npm run bench`, which starts every peer itself, alternates them so that drift hits all alike, and ' +
    'measures all of them in one run on one machine. The ratios carry over to other machines; the figures do not. A ratio ' +
    'is the median of those of runs that took turns; in brackets the smallest and the largest of them.',
  `Machine: ${machine(workshop)}. ${missing}`.trim(),
  claimTable(found.flatMap(({ claims }) => claims)),
  ...found.map(({ section }) => section),
].join('\n\n');

process.stdout.write(`${page}\n`);
if (!values.quick && values.only.length === Object.keys(parts).length)
  writeFileSync(fromRoot('docs/performance.md'), `${page}\n`);
process.exit(0);
