import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { writeCapture } from '../captures.js';
import { powerlog } from '../workshop.js';
import { countsByReplica, scalar } from './asking.js';
import { fields } from './bench.js';
import { blocksOf, lateBytes, logBytes } from './blocks.js';
import { nodeNames, Parts } from './parts.js';
import type { Programs } from './programs.js';
import { byPart } from './trial.js';

export interface FloodSize {
  readonly benches: number;
  readonly hours: number;
}

export interface Flood {
  readonly size: FloodSize;
  readonly points: number;
  readonly tookS: number;
  /** CPU of each part for a million points. */
  readonly cpuSPerMillion: Readonly<Record<string, number>>;
  readonly peakRssMb: Readonly<Record<string, number>>;
  /** Of each node by itself: before an orderly end of all of them, and when they are back. */
  readonly kept: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Of the first node, after that end; what came out of order stays in a log of its own for a while. */
  readonly blockPoints: number;
  readonly lateLogBytes: number;
  readonly blockBytesPerPoint: number;
  readonly logBytesPerPoint: number;
  /** Of what powerlog sends after an outage, compressed by itself. */
  readonly spoolBytesPerPoint: number;
}

/** Of the capture that is poured in. */
const sampleHz = 20;
const linesAtOnce = 60;

/** Hours of several benches as fast as the fleet takes them: what it takes at most here, and what becomes of it on disk. */
export async function flood(
  programs: Programs,
  root: string,
  size: FloodSize,
  say: (text: string) => void,
): Promise<Flood> {
  say(`${size.hours} h of a simulated bench`);
  const endS = Math.floor(Date.now() / 1000) - 60;
  const capture = join(root, 'hours.plog');
  const samples = size.hours * 3600 * sampleHz;
  const startUnixUs = (endS - size.hours * 3600) * 1e6;
  writeCapture(capture, samples, { spacingNs: 1e9 / sampleHz, startUnixUs });
  const { lines, bytes } = await linesOf(capture);

  const data = join(root, 'flood');
  mkdirSync(data);
  const parts = await Parts.start(programs, data);
  const letGo = () => parts.killAll();
  process.once('exit', letGo);
  try {
    const points = lines.length * size.benches * fields.length;
    say(`${points} points of ${size.benches} benches`);
    const before = parts.uses();
    const beganMs = performance.now();
    const peakRssMb: Record<string, number> = byPart(() => 0);
    for (let from = 0; from < lines.length; from += linesAtOnce) {
      const some = lines.slice(from, from + linesAtOnce);
      const all = Array.from({ length: size.benches }, (_, n) =>
        some.map((line) => line.replace(/,host=[^,]*/, `,host=bench${n}`)),
      );
      await post(parts.vmagentUrl, all.flat().join('\n'));
      for (const [name, { rssMb }] of Object.entries(parts.uses()))
        peakRssMb[name] = Math.max(peakRssMb[name]!, rssMb);
    }
    const spanH = size.hours + 1;
    // A line's fields lie in one request, but not at one node at one instant.
    while ((await pointsIn(parts.queryUrl, spanH)) < points) await sleep(100);
    const tookS = (performance.now() - beganMs) / 1000;
    const after = parts.uses();
    await sleep(lagMs);
    const countsBefore = await pointsOfNodes(parts.queryUrl, spanH);
    const logs = logBytes(join(data, 'receive-0'));
    await parts.close();
    const blocks = blocksOf(join(data, 'receive-0'));
    const lateLogBytes = lateBytes(join(data, 'receive-0'));
    for (const name of [...nodeNames, 'query']) await parts.restart(name);
    await sleep(lagMs);
    const kept = { before: countsBefore, after: await pointsOfNodes(parts.queryUrl, spanH) };
    return {
      ...{ size, points, tookS, peakRssMb, kept, blockPoints: blocks.points, lateLogBytes },
      cpuSPerMillion: byPart((name) => ((after[name]!.cpuS - before[name]!.cpuS) / points) * 1e6),
      blockBytesPerPoint: blocks.bytes / blocks.points,
      logBytesPerPoint: logs / points,
      spoolBytesPerPoint: bytes / (lines.length * fields.length),
    };
  } finally {
    letGo();
    process.off('exit', letGo);
  }
}

/** A node may be behind the two that a write waits for, and Query looks for nodes every few seconds, ms. */
const lagMs = 8000;

async function pointsIn(url: string, hours: number): Promise<number> {
  const counts = fields.map((field) => scalar(url, `sum(count_over_time(powerlog_${field}[${hours}h]))`));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function pointsOfNodes(url: string, hours: number): Promise<number[]> {
  const sums = nodeNames.map(() => 0);
  for (const field of fields)
    for (const { replica, count } of await countsByReplica(
      url,
      `count_over_time(powerlog_${field}[${hours}h])`,
    ))
      sums[replica]! += count;
  return sums;
}

/** What powerlog itself sends of a capture: its lines, and how many bytes it made of them. */
async function linesOf(capture: string): Promise<{ lines: readonly string[]; bytes: number }> {
  const lines: string[] = [];
  let bytes = 0;
  const server = createServer((request, reply) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => {
      const body = Buffer.concat(pieces);
      bytes += body.length;
      if (body.length > 0) lines.push(...gunzipSync(body).toString().trimEnd().split('\n'));
      reply.writeHead(204, { 'x-server-hostname': 'bench' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [powerlog, 'push', capture, '--influx', url, '--influx-rate', '1'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status] = (await once(child, 'close')) as [number | null];
  server.close();
  server.closeAllConnections();
  if (status !== 0) throw new Error(`push ended with ${status}`);
  return { lines: lines.filter((line) => line.startsWith('powerlog,')), bytes };
}

async function post(url: string, text: string): Promise<void> {
  const reply = await fetch(`${url}/write?db=powerlog&precision=ms`, {
    ...{ method: 'POST', body: gzipSync(text, { level: 1 }), headers: { 'content-encoding': 'gzip' } },
  });
  await reply.arrayBuffer();
  if (!reply.ok) throw new Error(`vmagent answered ${reply.status}`);
}
