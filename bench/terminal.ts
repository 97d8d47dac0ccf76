import { once } from 'node:events';
import { type Claim, type Effort, type Findings, short, table } from './claims.js';
import { median } from './stats.js';
import { fromRoot, peer, powerlog, readCharge, type Workshop } from './workshop.js';

const sizes = [
  { rows: 24, columns: 80 },
  { rows: 60, columns: 200 },
];
const rateHz = 1000;
/** Of a core, what looking on may cost more than a recording that nobody looks at. */
const mostMore = 1;

/** `live --tty` on a terminal, and beside it, on a board of its own, `record --quiet`: what looking on costs. */
export async function terminal(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const ports = [await workshop.board(0), await workshop.board(0)] as const;
  const claims: Claim[] = [];
  const rows: string[][] = [];
  for (const { rows: height, columns } of sizes) {
    const more: number[] = [];
    const shares: [live: number, record: number][] = [];
    for (let repeat = 0; repeat < effort.repeats; repeat++) {
      say(`live --tty on ${height} × ${columns}, ${repeat + 1} of ${effort.repeats}`);
      // What one board or one core has more than the other hits both.
      const [mine, other] = repeat % 2 === 0 ? ports : ([ports[1], ports[0]] as const);
      const live = [fromRoot('test/cli/live/terminal.py'), String(height), String(columns)];
      const [seen, unseen] = await Promise.all([
        shareOf(workshop, live, ['live', '--tty', ...sampling(mine, effort)]),
        shareOf(
          workshop,
          [],
          [
            ...['record', '--quiet', '--out', workshop.file('unseen.csv'), '--force'],
            ...sampling(other, effort),
          ],
        ),
      ]);
      more.push(seen - unseen);
      shares.push([seen, unseen]);
    }
    claims.push({
      what: `live --tty on ${height} × ${columns} at 1 kHz: of a core, more than \`record --quiet\` beside it`,
      value: median(more),
      spread: [Math.min(...more), Math.max(...more)],
      sense: 'at most',
      target: mostMore,
      unit: '%',
    });
    rows.push([
      `${height} × ${columns}`,
      ...[0, 1].map((n) => `${short(median(shares.map((each) => each[n]!)))} %`),
    ]);
  }
  return {
    claims,
    section: [
      '## On a terminal',
      `\`live --tty\` at ${rateHz} Hz beside \`record --quiet\` that writes its CSV, each with a board of its own, for ` +
        `${effort.longSeconds} s, ${effort.repeats} times: all threads, once they run.`,
      table(['rows × columns', '`live --tty`, of a core', '`record --quiet`'], rows),
    ].join('\n\n'),
  };
}

const sampling = (port: string, { longSeconds }: Effort): string[] => [
  ...['--port', port, '--rate', String(rateHz), '--duration', `${longSeconds}s`],
];

let results = 0;

/** Share of a core, %, of all the threads of a powerlog, once it runs. */
async function shareOf(
  workshop: Workshop,
  before: readonly string[],
  args: readonly string[],
): Promise<number> {
  const result = workshop.file(`terminal-${results++}.json`);
  const measured = [workshop.python!, peer('measured.py'), result, process.execPath, powerlog, ...args];
  const command = before.length > 0 ? [workshop.python!, ...before, ...measured] : measured;
  const child = workshop.start(command, ['pipe', 'ignore', 'inherit']);
  await once(child, 'exit');
  const { steady } = readCharge(result);
  if (!steady) return Number.NaN;
  return (steady.threads.reduce((sum, { cpuS }) => sum + cpuS, 0) / steady.windowS) * 100;
}
