import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { type Effort, type Findings, short, table } from '../claims.js';
import { boardPriority } from '../saturated.js';
import { median, pairedRatio, spreadOf } from '../stats.js';
import { peer, type Workshop } from '../workshop.js';
import { firstPicture, freshPage } from './browser.js';
import { cpuS, type Serving, serve } from './serving.js';

const latencyMs = 1;
const pagesOpen = 10;
/** What opening and closing pages costs is not what it costs that they are open. */
const settleMs = 1000;

/** Who looks on. */
const audiences = ['nobody', 'ten pages elsewhere', 'ten tabs here'] as const;
type Audience = (typeof audiences)[number];
const [nobody, elsewhere, here] = audiences;

interface Stretch {
  readonly audience: Audience;
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  /** Of a core, %. */
  readonly cpuPercent: number;
}

interface Found extends Stretch {
  readonly rateHz: number;
  readonly gaps: number;
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
  const present = audiences.filter((audience) => browser || audience !== here);
  const stretchMs = Math.max(seconds, 3) * 1000;
  const rounds = Math.max(repeats * 2, 3);
  const stretches: Stretch[] = [];
  for (let round = 0; round < rounds; round++) {
    // Tabs take long to open, and claim nothing.
    const wanted = present.filter((audience) => audience !== here || round < repeats);
    for (const audience of round % 2 === 0 ? wanted : wanted.reverse()) {
      say(`a recording, ${audience} at it, ${round + 1} of ${rounds}`);
      const leave = await gather(audience, workshop, browser, server);
      await sleep(settleMs);
      const [fromUnixMs, fromCpuS] = [unixMs(), cpuS(server.pid)];
      await sleep(stretchMs);
      const [toUnixMs, toCpuS] = [unixMs(), cpuS(server.pid)];
      const cpuPercent = ((toCpuS - fromCpuS) / ((toUnixMs - fromUnixMs) / 1e3)) * 100;
      stretches.push({ audience, fromUnixMs, toUnixMs, cpuPercent });
      await leave();
      await sleep(settleMs);
    }
  }
  await server.stop();
  return findings(present, found(base, stretches), stretchMs / 1e3);
}

const unixMs = (): number => performance.timeOrigin + performance.now();

/** @returns what ends their looking */
async function gather(
  audience: Audience,
  workshop: Workshop,
  browser: Browser | null,
  { url }: Serving,
): Promise<() => Promise<void>> {
  if (audience === nobody) return async () => {};
  if (audience === elsewhere) {
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
  const tabs = await Promise.all(Array.from({ length: pagesOpen }, () => freshPage(browser!)));
  await Promise.all(tabs.map((tab) => firstPicture(tab, url)));
  return async () => {
    for (const tab of tabs) await tab.context().close();
  };
}

/** What the recording's files say of the stretches. */
function found(base: string, stretches: readonly Stretch[]): Found[] {
  const { gaps, start_unix_s: startS } = JSON.parse(readFileSync(`${base}.summary.json`, 'utf8')) as {
    gaps: readonly { start_s: number; end_s: number }[];
    start_unix_s: number;
  };
  const instantsS = instantsOf(`${base}.csv`);
  return stretches.map((stretch) => {
    const [fromS, toS] = [stretch.fromUnixMs / 1e3 - startS, stretch.toUnixMs / 1e3 - startS];
    const within = instantsS.filter((second) => second >= fromS && second < toS);
    return {
      ...stretch,
      rateHz: (within.length - 1) / (within.at(-1)! - within[0]!),
      gaps: gaps.filter(({ start_s, end_s }) => end_s > fromS && start_s < toS).length,
    };
  });
}

function instantsOf(csv: string): number[] {
  const text = readFileSync(csv, 'latin1');
  const instants: number[] = [];
  for (let at = text.indexOf('\n') + 1; at > 0 && at < text.length; at = text.indexOf('\n', at) + 1)
    instants.push(Number(text.slice(at, text.indexOf(',', at))));
  return instants;
}

function findings(present: readonly Audience[], all: readonly Found[], stretchS: number): Findings {
  const of = (audience: Audience, what: 'rateHz' | 'cpuPercent' | 'gaps'): number[] =>
    all.filter((each) => each.audience === audience).map((each) => each[what]);
  const alone = of(nobody, 'cpuPercent');
  const more = of(elsewhere, 'cpuPercent').map((percent, n) => percent - alone[n]!);
  const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
  return {
    claims: [
      {
        what: 'rate of a recording with ten pages open over that with none',
        ...pairedRatio(of(elsewhere, 'rateHz'), of(nobody, 'rateHz')),
        ...{ sense: 'at least', target: 0.99 },
      },
      {
        what: 'gaps of a recording while ten pages are open',
        value: sum(of(elsewhere, 'gaps')),
        ...{ sense: 'at most', target: 0 },
      },
      {
        what: 'what ten open pages cost a recording, of a core',
        ...spreadOf(more),
        ...{ sense: 'at most', target: 1, unit: '%' },
      },
    ],
    section: [
      '### Ten pages at a recording',
      `One \`record --live\` of a board that answers after ${latencyMs} ms, with nobody at its page and with ten, by turns of ${stretchS} s. The ten ` +
        'pages elsewhere are a process that asks and listens as ten pages do, and draws nothing. Ten tabs of Chromium on this same ' +
        'machine draw without a graphics card, on its cores: with them, the rate says how much of these is left, and the share what their ' +
        "looking costs. That is of powerlog's process alone, all its threads.",
      table(
        ['who looks', 'samples per second', 'share of a core', 'gaps'],
        present.map((each) => [
          each,
          short(median(of(each, 'rateHz'))),
          `${median(of(each, 'cpuPercent')).toFixed(2)} %`,
          String(sum(of(each, 'gaps'))),
        ]),
      ),
    ].join('\n\n'),
  };
}
