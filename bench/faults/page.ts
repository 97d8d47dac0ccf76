import { spawnSync } from 'node:child_process';
import { cpus, release, type as system, totalmem } from 'node:os';
import type { Finding } from './findings.js';

export interface Results {
  readonly machine: string;
  readonly findings: Record<string, Finding>;
  readonly notRun: Record<string, string>;
}

export const machineHere = (): string =>
  [
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${system()} ${release()}`,
    `Node ${process.version}`,
    spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? 'no Python',
  ].join('; ');

const number = (value: number): string => value.toLocaleString('en-US');
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

const what: Readonly<Record<string, string>> = {
  drop: 'one byte of the reply is lost',
  repeat: 'one byte comes twice',
  stray: 'bytes that nobody sent come with the reply',
  double: 'the reply comes twice',
  short: 'the reply stops in its middle',
  late: 'the reply comes 300 ms late',
  silent: 'no reply',
  wrong: 'the answer to another question comes',
  slow: 'slower and slower, up to half a second a reply',
  garble: 'a whole frame that contradicts itself',
  unplug: 'unplugged; back under another name after 0.15 s',
};

function table(findings: readonly Finding[]): string {
  const head = [
    ...['fault', 'board', 'samples', 'injected', 'detected', 'recovered', 'rows wrong'],
    ...['rows lost beyond the gap', 'median time', 'longest time'],
  ];
  const rows = findings.map((each) => [
    what[each.kind] ? `${each.kind}: ${what[each.kind]}` : each.kind,
    each.board === 'foreign' ? 'not ours' : 'ours',
    number(each.samples),
    number(each.injected),
    number(each.detected),
    number(each.recovered),
    number(each.rowsWrong),
    number(each.lostBeyondGaps),
    each.recoveryMs ? ms(each.recoveryMs.median) : '–',
    each.recoveryMs ? ms(each.recoveryMs.longest) : '–',
  ]);
  const widths = head.map((title, n) => Math.max(title.length, 3, ...rows.map((cells) => cells[n]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** By kind, both boards side by side: recordings end in any order. */
const inOrder = (findings: readonly Finding[]): Finding[] => {
  const kinds = Object.keys(what);
  const rank = ({ kind, board }: Finding) => 2 * kinds.indexOf(kind) + (board === 'foreign' ? 1 : 0);
  return [...findings].sort((a, b) => rank(a) - rank(b));
};

/** KILL ran in parts. */
function merged(parts: readonly Finding[]): Finding[] {
  const [first] = parts;
  if (!first) return [];
  const sum = (figure: (part: Finding) => number) => parts.reduce((total, part) => total + figure(part), 0);
  const times = parts.flatMap(({ recoveryMs }) => (recoveryMs ? [recoveryMs] : []));
  return [
    {
      ...first,
      samples: sum((part) => part.samples),
      injected: sum((part) => part.injected),
      detected: sum((part) => part.detected),
      recovered: sum((part) => part.recovered),
      rowsWrong: sum((part) => part.rowsWrong),
      lostBeyondGaps: sum((part) => part.lostBeyondGaps),
      recoveryMs: times.length
        ? {
            median: times.reduce((total, { median }) => total + median, 0) / times.length,
            longest: Math.max(...times.map(({ longest }) => longest)),
          }
        : null,
      failures: parts.flatMap(({ failures }) => failures),
    },
  ];
}

const sections: readonly (readonly [Finding['group'], string, string])[] = [
  [
    'wire',
    'On the wire',
    'Each line is one recording with that one kind of fault in it. The board numbers its frames and keeps a log of what it sent; every row of the CSV is held against that log, byte for byte. `ours` is `powerlog simulate --fault`, `not ours` a model in Python that shares no code with powerlog (`test/peers/foreign_board.py`); its `garble` is 216 random bytes.',
  ],
  [
    'unplug',
    'The board goes and comes back',
    'The pseudo-terminal is closed and another one opened; a link keeps its name. The time is from the pulled plug to the next sample, so the 0.15 s that the board was away is in it.',
  ],
  [
    'kill',
    'Death',
    '`record` gets KILL at a random instant of its first two seconds; CSV and capture are then repaired and replayed, and must agree row for row. Recovered means that; rows wrong are disagreements, rows lost beyond the gap files that had lost more than a second. The times say how old the last row on disk was when KILL came.',
  ],
  [
    'disk',
    'The disk',
    '`record` fills an 8 MiB disk that is full up to a random level already. Detected: code 5 and one line that says how much was kept. Recovered: CSV and capture end on a whole row and a whole block, and `repair` takes both.',
  ],
  ['load', 'Load', 'What cannot be kept is counted: that count and the rows make up all that was sent.'],
  [
    'fuzz',
    'Foreign bytes',
    'Everything that reads them, fed with mutated and random input (`npm run fuzz`). Injected are inputs, detected those that were refused with a reason; a hang, a crash, a stack trace or a wrong row would be a failure.',
  ],
];

/** The page, from what was really run. */
export function faultsPage({ machine, findings, notRun }: Results): string {
  const all = Object.values(findings);
  const parts = sections.flatMap(([group, title, text]) => {
    const own = all.filter((finding) => finding.group === group);
    if (own.length === 0) return [];
    const rows = group === 'kill' ? merged(own) : inOrder(own);
    const notes = rows.flatMap(({ kind, note }) =>
      note && ['load', 'fuzz'].includes(group) ? [`- ${kind}: ${note}.`] : [],
    );
    return [`## ${title}`, text, table(rows), ...(notes.length > 0 ? [notes.join('\n')] : [])];
  });
  const wire = all.filter(({ group }) => group === 'wire');
  const total = (board: string) =>
    number(wire.filter((each) => each.board === board).reduce((sum, { samples }) => sum + samples, 0));
  const failures = all.flatMap((each) =>
    each.failures.map((failure) => `- ${each.kind}${each.board ? ` (${each.board})` : ''}: ${failure}`),
  );
  const forbidden = all.reduce((sum, each) => sum + each.forbidden, 0);
  const garbled = wire.filter(({ keptDoubtful }) => keptDoubtful).map(({ keptDoubtful }) => keptDoubtful!);
  return `${[
    '# Faults',
    'Written by `npm run faults`: what goes wrong in the world, done to `powerlog record` on purpose, and what came of it. ' +
      `In all ${total('ours')} samples of our own board model and ${total('foreign')} of the one that is not ours went over real pseudo-terminals with wire faults in them.`,
    `Machine: ${machine}. Several recordings ran side by side, beside other work; the times are of that.`,
    '- **injected**: faults before the last sample, by the board’s own log.\n' +
      '- **detected**: of those, the ones that powerlog recorded as an event at that instant.\n' +
      '- **recovered**: a sample follows, and the silence is a gap in the summary with its cause; a garbled frame loses nothing, it is kept, counted and warned about.\n' +
      '- **rows wrong**: rows that are no frame the board sent, out of order, or there twice.\n' +
      '- **rows lost beyond the gap**: frames that the board sent and that are missing where the summary lists no gap.\n' +
      '- **time**: from the fault to the next sample.',
    ...parts,
    '## Checks on all of them',
    `- Bytes sent to a board other than the five reading commands: ${forbidden}.\n` +
      `- Garbled frames kept with a warning: ${garbled.map(number).join(' and ') || 'none run'}.\n` +
      `- Otherwise than promised: ${failures.length === 0 ? 'nothing.' : ''}${failures.map((line) => `\n  ${line}`).join('')}`,
    ...(Object.keys(notRun).length > 0
      ? [
          `Not run: ${Object.entries(notRun)
            .map(([name, why]) => `${name} (${why})`)
            .join('; ')}.`,
        ]
      : []),
    complaints,
  ].join('\n\n')}\n`;
}

const complaints = `## What users of loggers complain about, and the test of each

| complaint | test |
| --- | --- |
| an unplugged meter goes on logging its last value | \`unplug\` above; \`test/cli/record/reconnect.test.ts\` |
| a bump of the USB plug ends a two-day run | \`unplug\` above; \`test/cli/record/reconnect.test.ts\` |
| the column set changes in mid-file | \`test/sink/row-writer.test.ts\`, and every row above is of one width |
| absurd readings after one slipped byte | \`drop\`, \`repeat\`, \`stray\` above; \`test/link/contract.test.ts\` |
| zeros where a sample was lost | rows wrong above; \`test/link/contract.test.ts\` |
| a full disk takes the recording with it | \`full disk\` above; \`test/file/output-file.test.ts\` |
| a quota, a limit on the size of files | \`test/file/output-file.test.ts\`, \`test/file/file-size.test.ts\` |
| clocks that jump | \`test/source/clock-watch.test.ts\`, \`test/measure/clock-drift.test.ts\` |
| the machine sleeps | \`test/measure/suspend.test.ts\` |
| a stale lock after a crash | \`KILL\` above: each recording starts on the port that the killed one held |
| a terminal stopped with Ctrl-S stops the logger | \`test/cli/record/stopped-terminal.test.ts\` |

## What has its limits

- For an output that takes nothing for a while, such as a pipe that is not read, 200,000 samples wait: ten seconds at 20 kHz,
  three minutes at 1 kHz. What comes beyond them is lost to that output alone, and counted (\`sink-overrun\`).
- Between the thread that samples and the one that hands samples on lie 65,536, a minute at 1 kHz. A machine that gives the
  latter no time for longer costs samples; they are counted as \`overrun\`, and are a gap.
- After a suspend the CSV's \`unix_time_s\` is behind by the time slept; a warning says so and how long that was.
- A reply with bytes too many, followed by one that lacks as many, adds up to two replies. Where the sum contradicts itself
  it is kept with a warning; a reply that comes twice while the next one never comes stands for both.
- The status line and notices are never waited for: a terminal that is stopped misses them.
- Two faults closer together than a recovery takes share a gap.
`;
