import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawSeries, type Series, scalar } from './asking.js';
import { fields } from './bench.js';
import { Benches, readAll, type Spread, spreadOf, sumOf } from './benches.js';
import { logBytes } from './blocks.js';
import type { Written } from './kept.js';
import { nodeNames, Parts, partNames } from './parts.js';
import type { Programs } from './programs.js';
import { judge, seriesUpTo, upTo, type Verdict } from './verdict.js';

export interface TrialPlan {
  readonly benches: number;
  readonly minutes: number;
  /** How long the killed ones stay away. */
  readonly outageS: number;
  /** Of each simulated board, and of what is written. */
  readonly boardHz: number;
  readonly meansHz: number;
}

export interface Trial {
  readonly plan: TrialPlan;
  readonly verdict: Verdict;
  /** Of each node by itself: all of them together make up the verdict. */
  readonly nodes: readonly Verdict[];
  /** The same just before vmagent was killed, after which benches send again what they had sent: that would hide what the node's end cost. */
  readonly middle: { readonly verdict: Verdict; readonly nodes: readonly Verdict[] };
  readonly pointsPerS: number;
  /** Of the undisturbed part: cores that each part took, and its memory at the end. */
  readonly quietS: number;
  readonly cores: Readonly<Record<string, number>>;
  readonly rssMb: Readonly<Record<string, number>>;
  readonly agents: Agents;
  /** From a bench to vmagent, and from vmagent to a node. */
  readonly sentBytesPerPoint: number;
  readonly forwardedBytesPerPoint: number;
  readonly logBytesPerPoint: number;
}

/** Of the agents, each by itself. */
export interface Agents {
  readonly cores: Spread;
  readonly rssMb: Spread;
  /** How many said so at `/health` while vmagent was away, and when it was back. */
  readonly withoutNetwork: number;
  readonly ok: number;
  /** The slowest, after the signal that all were given at once. */
  readonly endS: number;
  readonly captureBytesPerSample: number;
}

/** After the start of all benches, until costs are measured, ms. */
const settleMs = 10_000;
const patienceMs = 180_000;
/** Longer than a bench may send again what was acknowledged (`src/feeds/sending/limits.ts`): else that fills what a node missed. */
const apartS = 40;
/** What is so young may be on its way. */
const youngMs = 8000;
const killedNode = nodeNames[1]!;

/** Benches write; a node is killed and comes back, then vmagent; then every point is looked for. */
export async function trial(
  programs: Programs,
  root: string,
  plan: TrialPlan,
  say: (text: string) => void,
): Promise<Trial> {
  const [data, files] = [join(root, 'trial'), join(root, 'benches')];
  mkdirSync(data);
  mkdirSync(files);
  const parts = await Parts.start(programs, data);
  const benches = new Benches();
  const letGo = () => {
    benches.kill();
    parts.killAll();
  };
  process.once('exit', letGo);
  try {
    say(`${plan.benches} agents for ${plan.minutes} min`);
    const beganMs = performance.now();
    const untilS = async (s: number) => sleep(Math.max(0, beganMs + s * 1000 - performance.now()));
    await benches.start(files, parts.vmagentUrl, plan);
    await sleep(settleMs);
    const lengthS = plan.minutes * 60;
    const before = await reading(parts, benches);
    await untilS(Math.max(lengthS * 0.4, (before.atMs - beganMs) / 1000 + 5));
    const after = await reading(parts, benches);
    await outage(parts, killedNode, plan.outageS, say);
    await sleep(Math.max(apartS, lengthS * 0.1) * 1000);
    const middle = await snapshot(parts.queryUrl, beganMs);
    let withoutNetwork = 0;
    await outage(parts, 'vmagent', plan.outageS, say, async () => {
      withoutNetwork = await benches.howMany('no-network');
    });
    await untilS(lengthS);
    const ok = await benches.recovered();
    const [uses, agentsRssMb] = [parts.uses(), benches.rssMb()];
    say('ending the agents, and reading what they kept');
    const left = await benches.end();
    const kept = await readAll(left, plan.meansHz);
    const written = kept.map((each) => each.written);
    say('looking for every point');
    await arrived(parts.queryUrl, written);
    const end = await snapshot(parts.queryUrl, beganMs);
    const { verdict, nodes } = verdictsOf(written, end);
    const quietS = (after.atMs - before.atMs) / 1000;
    const points = after.points - before.points;
    return {
      ...{ plan, verdict, nodes, quietS, pointsPerS: points / quietS },
      middle: verdictsOf(written, middle, middle.atMs - youngMs),
      cores: byPart((name) => (after.uses[name]!.cpuS - before.uses[name]!.cpuS) / quietS),
      rssMb: byPart((name) => uses[name]!.rssMb),
      agents: {
        cores: spreadOf(after.agentsCpuS.map((cpuS, n) => (cpuS - before.agentsCpuS[n]!) / quietS)),
        rssMb: agentsRssMb,
        ...{ withoutNetwork, ok, endS: Math.max(...left.map(({ endS }) => endS)) },
        captureBytesPerSample:
          sumOf(kept.map(({ bytes }) => bytes)) / sumOf(kept.map(({ samples }) => samples)),
      },
      sentBytesPerPoint: (after.received - before.received) / points,
      forwardedBytesPerPoint: (after.sent - before.sent) / points,
      logBytesPerPoint: logBytes(join(data, 'receive-0')) / nodes[0]!.read,
    };
  } finally {
    letGo();
    process.off('exit', letGo);
  }
}

export const byPart = (of: (name: string) => number): Record<string, number> =>
  Object.fromEntries(partNames.map((name) => [name, of(name)]));

interface Snapshot {
  readonly atMs: number;
  readonly joined: readonly Series[];
  readonly each: readonly Series[];
}

/** All that can be read just now, of all nodes joined, and of each. */
async function snapshot(url: string, beganMs: number): Promise<Snapshot> {
  const spanS = Math.ceil((performance.now() - beganMs) / 1000) + 60;
  const selector = `{__name__=~"powerlog_.*"}[${spanS}s]`;
  const atMs = Date.now();
  return { atMs, joined: await rawSeries(url, selector, true), each: await rawSeries(url, selector, false) };
}

function verdictsOf(
  written: readonly Written[],
  { joined, each }: Snapshot,
  untilMs = Number.POSITIVE_INFINITY,
) {
  const then = written.map((bench) => upTo(bench, untilMs));
  const judged = (series: readonly Series[]) =>
    judge(
      then,
      series.map((one) => seriesUpTo(one, untilMs)),
    );
  return {
    verdict: judged(joined),
    nodes: nodeNames.map((_, n) => judged(each.filter(({ labels }) => labels.replica === String(n)))),
  };
}

async function reading(parts: Parts, benches: Benches) {
  const [points, received, sent] = await Promise.all([
    parts.counted('vmagent_rows_inserted_total'),
    parts.counted('vm_tcplistener_read_bytes_total'),
    parts.counted('vmagent_remotewrite_conn_bytes_written_total'),
  ]);
  const agentsCpuS = benches.cpuS();
  return { atMs: performance.now(), uses: parts.uses(), agentsCpuS, points, received, sent };
}

/** @param look for what is so shortly before the end of it */
async function outage(
  parts: Parts,
  name: string,
  seconds: number,
  say: (text: string) => void,
  look = async () => {},
): Promise<void> {
  say(`${name} is killed for ${seconds} s`);
  await parts.kill(name);
  await sleep(seconds * 1000);
  await look();
  await parts.restart(name);
}

/** Waits until as many points can be read as were written; of fewer, for as long as more come. */
async function arrived(url: string, written: readonly Written[]): Promise<void> {
  const expected = written.reduce((sum, { stampsMs }) => sum + stampsMs.length * fields.length, 0);
  let most = 0;
  let sinceMs = performance.now();
  while (performance.now() - sinceMs < patienceMs) {
    const counts = await Promise.all(
      fields.map((field) => scalar(url, `sum(count_over_time(powerlog_${field}[1d]))`)),
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total >= expected) return;
    if (total > most) {
      most = total;
      sinceMs = performance.now();
    }
    await sleep(500);
  }
}
