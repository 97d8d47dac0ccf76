import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawSeries, type Series, scalar } from './asking.js';
import { Bench, fields, type Written } from './benches.js';
import { logBytes } from './blocks.js';
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
  /** From a bench to vmagent, and from vmagent to a node. */
  readonly sentBytesPerPoint: number;
  readonly forwardedBytesPerPoint: number;
  readonly logBytesPerPoint: number;
}

/** After the start of all benches, until costs are measured, ms. */
const settleMs = 10_000;
const patienceMs = 180_000;
/** Longer than a bench may send again what was acknowledged (`src/feeds/influx/sending/limits.ts`): else that fills what a node missed. */
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
  const benches: Bench[] = [];
  const letGo = () => {
    for (const bench of benches) bench.kill();
    parts.killAll();
  };
  process.once('exit', letGo);
  try {
    say(`${plan.benches} benches for ${plan.minutes} min`);
    const beganMs = performance.now();
    const untilS = async (s: number) => sleep(Math.max(0, beganMs + s * 1000 - performance.now()));
    for (let n = 0; n < plan.benches; n++) {
      benches.push(new Bench(files, parts.vmagentUrl, n, plan));
      await sleep(200); // each start takes a core for a while
    }
    await sleep(settleMs);
    const lengthS = plan.minutes * 60;
    const before = await reading(parts);
    await untilS(Math.max(lengthS * 0.4, (before.atMs - beganMs) / 1000 + 5));
    const after = await reading(parts);
    await outage(parts, killedNode, plan.outageS, say);
    await sleep(Math.max(apartS, lengthS * 0.1) * 1000);
    const middle = await snapshot(parts.queryUrl, beganMs);
    await outage(parts, 'vmagent', plan.outageS, say);
    await untilS(lengthS);
    const written = await Promise.all(benches.map((bench) => bench.end()));
    say('looking for every point');
    await arrived(parts.queryUrl, written);
    const end = await snapshot(parts.queryUrl, beganMs);
    const { verdict, nodes } = verdictsOf(written, end);
    const uses = parts.uses();
    const quietS = (after.atMs - before.atMs) / 1000;
    const points = after.points - before.points;
    return {
      ...{
        plan,
        verdict,
        nodes,
        middle: verdictsOf(written, middle, middle.atMs - youngMs),
        quietS,
        pointsPerS: points / quietS,
      },
      cores: byPart((name) => (after.uses[name]!.cpuS - before.uses[name]!.cpuS) / quietS),
      rssMb: byPart((name) => uses[name]!.rssMb),
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

async function reading(parts: Parts) {
  const [points, received, sent] = await Promise.all([
    parts.counted('vmagent_rows_inserted_total'),
    parts.counted('vm_tcplistener_read_bytes_total'),
    parts.counted('vmagent_remotewrite_conn_bytes_written_total'),
  ]);
  return { atMs: performance.now(), uses: parts.uses(), points, received, sent };
}

async function outage(
  parts: Parts,
  name: string,
  seconds: number,
  say: (text: string) => void,
): Promise<void> {
  say(`${name} is killed for ${seconds} s`);
  await parts.kill(name);
  await sleep(seconds * 1000);
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
