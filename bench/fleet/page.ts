import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { short, table } from '../claims.js';
import { fromRoot } from '../workshop.js';
import { fields } from './bench.js';
import type { Flood } from './flood.js';
import { nodeNames, partNames } from './parts.js';
import { versions } from './programs.js';
import { sizing } from './sizing.js';
import type { Trial } from './trial.js';
import type { Verdict } from './verdict.js';

export interface Results {
  trial?: Trial;
  flood?: Flood;
}

const page = fromRoot('docs/fleet.md');

/** Writes what was measured between the marks of the page. @throws Error where one of the parts was not measured */
export function fillPage({ trial, flood }: Results): void {
  if (!trial || !flood)
    throw new Error('the page tells of both parts: run npm run fleet without --only first');
  const parts: Record<string, string> = {
    trial: trialText(trial),
    flood: floodText(flood),
    ...sizing(flood, trial),
  };
  const text = readFileSync(page, 'utf8');
  const filled = text.replace(
    /(<!-- (\w+), made by npm run fleet -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (...found) => {
      const [, begin, name, end] = found as string[];
      const content = parts[name!];
      if (content === undefined)
        throw new Error(`docs/fleet.md has a mark for ${name}, of which nothing is known`);
      return `${begin}\n${content}\n${end}`;
    },
  );
  writeFileSync(page, filled);
}

const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores; ${type()} ${release()}; ${versions}`;

function trialText({
  plan,
  verdict,
  nodes,
  middle,
  pointsPerS,
  quietS,
  cores,
  rssMb,
  agents,
  ...bytes
}: Trial): string {
  const row = (who: string, { written, read, missing, twice, wrong }: Verdict) =>
    [who, ...[written, read, missing, twice, wrong].map((count) => count.toLocaleString('en-US'))] as const;
  return [
    `${plan.benches} \`powerlog agent\`, each with a simulated board at ${plan.boardHz} Hz, \`rate_hz\` ${plan.meansHz} in \`influx\` and one capture, ` +
      `${fields.length} points an interval, for ${plan.minutes} minutes; ${nodeNames[1]} killed for ${plan.outageS} s, later vmagent for ${plan.outageS} s; then all ` +
      `agents ended at once, by TERM as systemd does it, the slowest within ${short(agents.endS)} s. ` +
      `Everything ran on one machine: ${machine}.`,
    table(
      ['asked', 'written', 'read', 'missing', 'twice', 'wrong'],
      [
        row('before vmagent is killed: Thanos Query', middle.verdict),
        ...middle.nodes.map((each, n) => row(`${nodeNames[n]} by itself`, each)),
        row('at the end: Thanos Query', verdict),
        ...nodes.map((each, n) => row(`${nodeNames[n]} by itself`, each)),
      ],
    ),
    'Written is what the captures of the agents say, point by point: means and intervals by `replay --average`, the least and the most looked for in ' +
      'every sample; wrong is a point that no capture has, or with another value. ' +
      'A node by itself misses what came while it was away; the others have it. It is looked at before vmagent is killed, since agents then send ' +
      'the last half minute again, which would fill a hole that is not older.',
    `While vmagent was away, ${agents.withoutNetwork} of ${plan.benches} agents said \`no-network\` at \`/health\`, and ${agents.ok} said \`ok\` before the end.`,
    `Before the first KILL, for ${short(quietS)} s, ${short(pointsPerS)} points a second came; a point took ` +
      `${short(bytes.sentBytesPerPoint)} bytes from agent to vmagent, ${short(bytes.forwardedBytesPerPoint)} from vmagent to a node, and ` +
      `${short(bytes.logBytesPerPoint)} in a node's log.`,
    table(
      ['part', 'share of a core', 'memory at the end, MB'],
      [
        ...partNames.map((name) => [name, percent(cores[name]!), short(rssMb[name]!)] as const),
        ['an agent, the mean of all', percent(agents.cores.mean), short(agents.rssMb.mean)],
        ['an agent, the most of all', percent(agents.cores.most), short(agents.rssMb.most)],
      ],
    ),
  ].join('\n\n');
}

const percent = (share: number): string => `${short(share * 100)} %`;

function floodText({ size, points, tookS, cpuSPerMillion, peakRssMb, kept, ...bytes }: Flood): string {
  const counts = (each: readonly number[]) => each.map((count) => count.toLocaleString('en-US')).join(', ');
  return [
    `${size.hours} h of ${size.benches} benches at 1 Hz, as fast as they were taken: ${points.toLocaleString('en-US')} points in ${short(tookS)} s, ` +
      `**${short(points / tookS)} points a second** with every part on the same ${cpus().length} cores, until the last could be read.`,
    table(
      ['part', 'CPU for a million points, s', 'peak memory, MB'],
      partNames.map((name) => [name, short(cpuSPerMillion[name]!), short(peakRssMb[name]!)]),
    ),
    'Query is asked again and again whether all has come, which is most of its CPU.',
    `Each node by itself had ${counts(kept.before)} points; after an orderly end of all three, ${counts(kept.after)}.`,
    `In the blocks of a node a point takes **${short(bytes.blockBytesPerPoint)} bytes**, index and all, and before that ${short(bytes.logBytesPerPoint)} in its log. ` +
      `${bytes.blockPoints.toLocaleString('en-US')} points were in blocks; the others came out of order, as vmagent sends several requests at once, and lay in a log of ` +
      `their own of ${short(bytes.lateLogBytes / 1e6)} MB, whose blocks were not measured.`,
  ].join('\n\n');
}
