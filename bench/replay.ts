import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { type Effort, type Findings, short, table } from './claims.js';
import { writeFrames } from './frames.js';
import { median, pairedRatio } from './stats.js';
import { type Charge, peer, powerlog, readCharge, type Workshop } from './workshop.js';

const rateHz = '1000';
const shortFrames = 300_000;

const ours = '**powerlog replay**';
const cDecoder = 'C, struct and `fprintf`';
const pythonDecoder = 'Python, struct and csv';
const figuresOnly = 'powerlog replay without text: its figures only';
const copy = '`cp` of the CSV';
const floor = 'a bare script that decodes, and copies the CSV';

export async function replay(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const frames = workshop.file('frames.bin');
  writeFrames(frames, shortFrames);
  const ourCsv = workshop.file('ours.csv');
  const theirCsv = workshop.file('theirs.csv');
  const node = process.execPath;
  const decode = workshop.compiled('decode');

  /** Frames to standard input, CSV from standard output into a file. */
  const filtered = (command: readonly string[]) => async (): Promise<Charge> => {
    const input = openSync(frames, 'r');
    const output = openSync(theirCsv, 'w');
    try {
      return await workshop.measure(command, { stdin: input, stdout: output });
    } finally {
      closeSync(input);
      closeSync(output);
    }
  };
  const replayed = (...more: readonly string[]) =>
    workshop.measure([
      ...[node, powerlog, 'replay', frames, '--board', 'benchlab', '--rate', rateHz, '--quiet', ...more],
    ]);
  const contenders: { name: string; text: boolean; run: () => Promise<Charge> }[] = [
    { name: ours, text: true, run: () => replayed('--out', ourCsv, '--force') },
    ...(decode ? [{ name: cDecoder, text: true, run: filtered([decode, rateHz]) }] : []),
    {
      name: pythonDecoder,
      text: true,
      run: filtered([workshop.serialPython ?? workshop.python!, peer('python_decode.py'), rateHz]),
    },
    {
      name: "`csv-stringify`'s stream",
      text: true,
      run: filtered([node, peer('csv_stringify.mjs'), rateHz]),
    },
    { name: figuresOnly, text: false, run: () => replayed() },
    { name: copy, text: false, run: () => workshop.measure(['cp', ourCsv, theirCsv]) },
    {
      name: floor,
      text: false,
      run: () => workshop.measure([node, peer('decode_copy.mjs'), frames, ourCsv, theirCsv]),
    },
  ];

  const charges = new Map<string, Charge[]>();
  const different: string[] = [];
  for (let repeat = 0; repeat < effort.repeats; repeat++) {
    for (const { name, text, run } of contenders) {
      say(`replay of ${shortFrames} frames, ${name}, ${repeat + 1} of ${effort.repeats}`);
      // Whoever writes makes its file anew: to empty an old one takes time as well.
      if (name !== figuresOnly) rmSync(name === ours ? ourCsv : theirCsv, { force: true });
      charges.set(name, [...(charges.get(name) ?? []), await run()]);
      if (repeat === 0 && text && name !== ours && digest(theirCsv) !== digest(ourCsv)) different.push(name);
    }
  }
  const walls = (name: string) => (charges.get(name) ?? []).map(({ wallS }) => wallS);
  const wall = (name: string) => median(walls(name));
  const long = await longReplay(workshop, frames, effort, say);

  return {
    claims: [
      {
        what: "replay over the C decoder's rate",
        ...pairedRatio(walls(cDecoder), walls(ours)),
        sense: 'at least',
        target: 4,
      },
      {
        what: "replay over the rate of Python's struct and csv",
        ...pairedRatio(walls(pythonDecoder), walls(ours)),
        sense: 'at least',
        target: 8,
      },
      {
        what: "replay's time over that without text and `cp` of the output",
        ...pairedRatio(
          walls(ours),
          walls(figuresOnly).map((wallS, turn) => wallS + walls(copy)[turn]!),
        ),
        sense: 'at most',
        target: 1.5,
      },
      {
        what: `peak memory at ${short(effort.longFrames / 1e6)} million frames`,
        value: long.peakRssMb,
        sense: 'at most',
        target: 150,
        unit: 'MB',
      },
      { what: 'peers whose CSV differs in a byte', value: different.length, sense: 'at most', target: 0 },
    ],
    section: [
      '## Replay to a CSV of 39 columns',
      `${shortFrames.toLocaleString('en-US')} frames from a file to a file, the start of the program included; ` +
        `median of ${effort.repeats}. ${different.length === 0 ? 'All CSVs are the same, byte for byte.' : `The CSV differs: ${different.join('; ')}.`}`,
      table(
        ['decoder', 'seconds', 'frames per second', 'CPU, s', 'peak memory, MB'],
        [...charges].map(([name, each]) => [
          name,
          short(wall(name)),
          short(shortFrames / wall(name)),
          short(median(each.map(({ cpuS }) => cpuS))),
          short(Math.max(...each.map(({ peakRssMb }) => peakRssMb))),
        ]),
      ),
      'What text costs is told by replay beside itself without any, and a copy of the output. The bare script is a floor of ' +
        'another kind: it decodes, but checks no frame, works out no figures and has next to nothing to load. Replay takes ' +
        `${short(wall(ours) / wall(floor))} times as long, and without text ${short(wall(figuresOnly) / wall(floor))} times: that part is ` +
        'the start, the checks, the energies and the distributions.',
      `${short(effort.longFrames / 1e6)} million frames, made on the fly into a pipe, the CSV out through another to ` +
        `\`wc -l\`: ${short(long.wallS)} s, ${short(effort.longFrames / long.wallS)} frames per second, peak memory ` +
        `${short(long.peakRssMb)} MB; ${long.rows.toLocaleString('en-US')} rows arrived.`,
    ].join('\n\n'),
  };
}

function digest(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  const block = Buffer.alloc(1 << 20);
  for (let bytes = readSync(file, block); bytes > 0; bytes = readSync(file, block))
    hash.update(block.subarray(0, bytes));
  closeSync(file);
  return hash.digest('hex');
}

async function longReplay(
  workshop: Workshop,
  frames: string,
  { longFrames }: Effort,
  say: (text: string) => void,
): Promise<Charge & { rows: number }> {
  say(`replay of ${longFrames} frames through pipes`);
  const result = workshop.file('long.json');
  const script =
    'i=0; while [ $i -lt "$1" ]; do cat "$2"; i=$((i+1)); done | ' +
    '"$3" "$4" "$5" "$6" "$7" replay - --board benchlab --rate 1000 --out - --quiet | wc -l';
  const shell = workshop.start(
    [
      ...['sh', '-c', script, 'sh', String(longFrames / shortFrames), frames],
      ...[workshop.python!, peer('measured.py'), result, process.execPath, powerlog],
    ],
    ['ignore', 'pipe', 'inherit'],
  );
  let said = '';
  shell.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(shell, 'close');
  const charge = readCharge(result);
  const rows = Number(said) - 1;
  if (rows !== longFrames) throw new Error(`of ${longFrames} frames, ${rows} rows arrived`);
  return { ...charge, rows };
}
