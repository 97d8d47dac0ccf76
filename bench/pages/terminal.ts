import { type Effort, type Findings, short, table } from '../claims.js';
import { median, spreadOf } from '../stats.js';
import { fromRoot, powerlog, type Workshop } from '../workshop.js';

const latencyMs = 1;
const size = { rows: 40, columns: 120 };

/** What `live --tty` costs beside a recording. */
export async function terminal(
  workshop: Workshop,
  { longSeconds, repeats }: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const port = await workshop.board(latencyMs);
  const seconds = Math.max(longSeconds / 2, 6);
  const common = ['--port', port, '--duration', `${seconds}s`];
  const commands = {
    'record --quiet': ['record', ...common, '--quiet', '--force', '--out', workshop.file('beside.csv')],
    'live --tty': ['live', '--tty', ...common],
  };
  const onTerminal = [
    ...['env', 'TERM=xterm-256color', workshop.python!, fromRoot('test/cli/live/terminal.py')],
    ...[String(size.rows), String(size.columns)],
  ];
  const shares = new Map<string, number[]>();
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const [name, args] of Object.entries(commands)) {
      say(`${name}, ${repeat + 1} of ${repeats}`);
      const { steady, cpuS, wallS } = await workshop.measure([process.execPath, powerlog, ...args], {
        within: name === 'live --tty' ? onTerminal : [],
      });
      const spent = steady?.threads.reduce((sum, each) => sum + each.cpuS, 0) ?? cpuS;
      shares.set(name, [...(shares.get(name) ?? []), (spent / (steady?.windowS ?? wallS)) * 100]);
    }
  const more = shares.get('live --tty')!.map((share, n) => share - shares.get('record --quiet')![n]!);
  return {
    claims: [
      {
        what: 'what `live --tty` costs more than `record --quiet`, of a core',
        ...spreadOf(more),
        ...{ sense: 'at most', target: 1, unit: '%' },
      },
    ],
    section: [
      '### `live --tty`',
      `On a terminal of ${size.columns} × ${size.rows}, of the same board; once it runs, all threads; median of ${repeats} runs of ${seconds} s.`,
      table(
        ['command', 'share of a core'],
        [...shares].map(([name, each]) => [`powerlog ${name}`, `${short(median(each))} %`]),
      ),
    ].join('\n\n'),
  };
}
