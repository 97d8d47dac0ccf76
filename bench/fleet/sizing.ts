import { short, table } from '../claims.js';
import { fields } from './bench.js';
import type { Flood } from './flood.js';
import { nodeNames } from './parts.js';
import type { Trial } from './trial.js';

const benches = 1000;
const rates = [1, 10, 50] as const;
const secondsPerDay = 86_400;
/** Of the disk of a node, for the table. */
const diskBytes = 1e12;
/** Of a bench's own disk. */
const benchDiskBytes = 500e9;
const boardHz = 1000;
/** Of a core, what is planned with: the rest is for queries, compaction, and a node that is away. */
const share = 0.5;

/** A fleet of a thousand benches, by what the flood cost, and what small requests cost in the trial. */
export function sizing(
  flood: Flood,
  { plan, cores, agents }: Trial,
): { readonly sizing: string; readonly bench: string } {
  const { cpuSPerMillion, blockBytesPerPoint, logBytesPerPoint, spoolBytesPerPoint } = flood;
  const nodeCpuS = Math.max(...nodeNames.map((name) => cpuSPerMillion[name]!)) / 1e6;
  const takerCpuS = (cpuSPerMillion.vmagent! + cpuSPerMillion.balancer!) / 1e6;
  const smallCores = ((cores.vmagent! + cores.balancer!) / plan.benches) * benches;
  const columns = rates.map((hz) => {
    const pointsPerS = benches * fields.length * hz;
    const dayBytes = pointsPerS * secondsPerDay * blockBytesPerPoint;
    return { hz, pointsPerS, dayBytes };
  });
  const rows: readonly (readonly [string, ...string[]])[] = [
    ['points a second', ...columns.map(({ pointsPerS }) => short(pointsPerS))],
    ['cores busy in each node', ...columns.map(({ pointsPerS }) => short(pointsPerS * nodeCpuS))],
    ['cores to have in each node', ...columns.map(({ pointsPerS }) => coresToHave(pointsPerS * nodeCpuS))],
    [
      'cores busy for vmagent and balancer',
      ...columns.map(({ pointsPerS }) => short(pointsPerS * takerCpuS)),
    ],
    ['GB a day in each node', ...columns.map(({ dayBytes }) => short(dayBytes / 1e9))],
    ['days that 1 TB in each node holds', ...columns.map(({ dayBytes }) => short(diskBytes / dayBytes))],
    [
      'GB of log in each node, for three hours',
      ...columns.map(({ pointsPerS }) => short((pointsPerS * 3 * 3600 * logBytesPerPoint) / 1e9)),
    ],
  ];
  const captureDay = boardHz * secondsPerDay * agents.captureBytesPerSample;
  const spoolHour = fields.length * 3600 * spoolBytesPerPoint;
  return {
    sizing: [
      `${benches.toLocaleString('en-US')} benches with an agent, each ${fields.length} points an interval (four components: mean, min, max; and the interval's length); ` +
        `each figure is the flood's CPU, ${short(nodeCpuS * 1e6)} s a million points in the dearest node, or its ${short(blockBytesPerPoint)} bytes a point, times the points.`,
      table(['`influx.rate_hz`', ...columns.map(({ hz }) => `${hz} Hz`)], rows),
      `In the flood vmagent got large requests. In the trial ${plan.benches} agents sent a small one for each interval, at ${plan.meansHz} Hz: as many times its CPU ` +
        `as there are more agents, and what vmagent takes without any work with it, are ${short(smallCores)} cores for vmagent and balancer.`,
      `Cores to have are twice those that are busy: the rest is for queries, compaction, and what a node takes up when it has been away.`,
    ].join('\n\n'),
    bench: [
      `- The agent itself, at ${plan.boardHz} Hz: ${short(agents.cores.mean * 100)} % of a core and ${short(agents.rssMb.mean)} MB.`,
      `- A capture of every sample at 1 kHz: ${short(agents.captureBytesPerSample)} bytes a sample (the agents' own captures, at ${plan.boardHz} Hz), ` +
        `**${short(captureDay / 1e9)} GB a day**; ${short(benchDiskBytes / 1e9)} GB hold ${short(benchDiskBytes / captureDay)} days.`,
      `- The spool of a bench that is cut off, at 1 Hz: ${short(spoolBytesPerPoint)} bytes a point in the batches of \`powerlog push\` in the flood, ` +
        `${short(spoolHour / 1e6)} MB an hour at least; the shipped limit of 10 GB lasts for ${short(10e9 / spoolHour / 24)} days at most.`,
    ].join('\n'),
  };
}

const coresToHave = (busy: number): string => short(Math.max(1, Math.ceil(busy / share)));
