import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { type Effort, type Findings, short, table } from '../claims.js';
import { boardPriority } from '../saturated.js';
import { median } from '../stats.js';
import { peer, type Workshop } from '../workshop.js';
import { firstPicture, freshPage } from './browser.js';
import { cpuS, type Serving, serve } from './serving.js';

const latencyMs = 1;
const pagesOpen = 10;
/** What opening and closing pages costs is not what it costs that they are open. */
const settleMs = 1500;

/** Who looks on. */
const audiences = ['nobody', 'ten listeners', 'ten tabs'] as const;
type Audience = (typeof audiences)[number];

interface Stretch {
  readonly rateHz: number;
  readonly cpuShare: number;
}

/** One recording, at which nobody and then ten look, by turns. */
export async function listeners(
  workshop: Workshop,
  browser: Browser | null,
  { seconds, repeats }: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const port = await workshop.board(latencyMs, 'benchlab', boardPriority());
  const base = workshop.file('watched');
  const server = await serve(
    workshop,
    ['record', '--live', '--port', port, '--out', `${base}.csv`, '--quiet', '--force'],
    'stderr',
  );
  const spans: { audience: Audience; fromUnixMs: number; toUnixMs: number; cpuShare: number }[] = [];
  const present = audiences.filter((audience) => browser || audience !== 'ten tabs');
  const stretchMs = Math.max(seconds, 3) * 1000;
  for (let repeat = 0; repeat < repeats * 2; repeat++)
    for (const audience of repeat % 2 === 0 ? present : [...present].reverse()) {
      say(`${audience} at a recording, ${repeat + 1} of ${repeats * 2}`);
      const leave = await gather(audience, workshop, browser, server);
      await sleep(settleMs);
      const [fromUnixMs, fromCpuS] = [unixMs(), cpuS(server.pid)];
      await sleep(stretchMs);
      const [toUnixMs, toCpuS] = [unixMs(), cpuS(server.pid)];
      const cpuShare = (toCpuS - fromCpuS) / ((toUnixMs - fromUnixMs) / 1e3);
      spans.push({ audience, fromUnixMs, toUnixMs, cpuShare });
      await leave();
      await sleep(settleMs);
    }
  await server.stop();
  const { gaps, start_unix_s: startS } = JSON.parse(readFileSync(`${base}.summary.json`, 'utf8')) as {
    gaps: readonly unknown[];
    start_unix_s: number;
  };
  const instantsMs = instantsOf(`${base}.csv`);
  const found = new Map<Audience, Stretch[]>(present.map((each) => [each, []]));
  for (const { audience, fromUnixMs, toUnixMs, cpuShare } of spans) {
    const within = instantsMs.filter((ms) => ms >= fromUnixMs - startS * 1e3 && ms < toUnixMs - startS * 1e3);
    const rateHz = (within.length - 1) / ((within.at(-1)! - within[0]!) / 1e3);
    found.get(audience)!.push({ rateHz, cpuShare });
  }
  return findings(found, gaps.length, stretchMs / 1e3);
}

const unixMs = (): number => performance.timeOrigin + performance.now();

/** @returns what ends their looking */
async function gather(
  audience: Audience,
  workshop: Workshop,
  browser: Browser | null,
  { url }: Serving,
): Promise<() => Promise<void>> {
  if (audience === 'ten listeners') {
    const child = workshop.start(
      [process.execPath, peer('listeners.mjs'), url, String(pagesOpen)],
      ['ignore', 'pipe', 'inherit'],
    );
    await once(createInterface({ input: child.stdout! }), 'line');
    return async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    };
  }
  if (audience === 'ten tabs') {
    const tabs = await Promise.all(
      Array.from({ length: pagesOpen }, async () => {
        const page = await freshPage(browser!);
        await firstPicture(page, url);
        return page;
      }),
    );
    return async () => {
      for (const tab of tabs) await tab.context().close();
    };
  }
  return async () => {};
}

function instantsOf(csv: string): number[] {
  const text = readFileSync(csv, 'latin1');
  const found: number[] = [];
  for (let at = text.indexOf('\n') + 1; at > 0 && at < text.length; at = text.indexOf('\n', at) + 1)
    found.push(Number(text.slice(at, text.indexOf(',', at))) * 1e3);
  return found;
}

function findings(
  found: ReadonlyMap<Audience, readonly Stretch[]>,
  gaps: number,
  stretchS: number,
): Findings {
  const of = (audience: Audience, what: keyof Stretch) =>
    (found.get(audience) ?? []).map((each) => each[what]);
  const alone = { rateHz: median(of('nobody', 'rateHz')), cpuShare: of('nobody', 'cpuShare') };
  const audience: Audience = found.has('ten tabs') ? 'ten tabs' : 'ten listeners';
  const ratios = of(audience, 'rateHz').map((hz, n) => hz / of('nobody', 'rateHz')[n]!);
  const more = of('ten listeners', 'cpuShare').map((share, n) => (share - alone.cpuShare[n]!) * 100);
  const spread = (values: readonly number[]) => ({
    value: median(values),
    spread: [Math.min(...values), Math.max(...values)] as const,
  });
  return {
    claims: [
      {
        what: 'rate of a recording with ten pages open over that with none',
        ...spread(ratios),
        ...{ sense: 'at least', target: 0.99 },
      },
      {
        what: 'gaps of a recording that ten pages look at',
        value: gaps,
        ...{ sense: 'at most', target: 0 },
      },
      {
        what: 'what ten pages cost a recording, of a core',
        ...spread(more),
        ...{ sense: 'at most', target: 1, unit: '%' },
      },
    ],
    section: [
      '### Ten pages at a recording',
      `One \`record --live\` of a board that answers after ${latencyMs} ms, with nobody at its page and with ten, by turns of ${stretchS} s: ` +
        'ten WebSockets in another process, as pages open them, and ten tabs of the browser on this same machine, which draw with its cores. ' +
        "The share of a core is that of powerlog's process, all its threads.",
      table(
        ['who looks', 'samples per second', 'share of a core'],
        [...found.keys()].map((each) => [
          each,
          short(median(of(each, 'rateHz'))),
          `${(median(of(each, 'cpuShare')) * 100).toFixed(2)} %`,
        ]),
      ),
    ].join('\n\n'),
  };
}
