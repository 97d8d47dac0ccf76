import { boardFor } from '#powerlog/board/catalogue.js';
import { encodeEvent } from '#powerlog/capture/encoder.js';
import { readCapture } from '#powerlog/capture/open.js';
import { Recall } from '#powerlog/exec/figures/recall.js';
import { ByteWindow } from '#powerlog/file/byte-window.js';
import { crc32 } from '#powerlog/file/crc32.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { ownMap, resolveWiring } from '#powerlog/measure/rail-map.js';
import { execPartsSchema } from '#powerlog/schema/exec-parts.js';
import { summarySchema } from '#powerlog/schema/summary.js';
import { inspectCapture } from '#powerlog/session/repair/repair-capture.js';
import { inspectCsv } from '#powerlog/session/repair/repair-csv.js';
import { runSession } from '#powerlog/session/session.js';
import { CaptureSource } from '#powerlog/source/capture.js';
import { FrameDumpSource } from '#powerlog/source/dump/frame-dump.js';
import type { Mark, MarkKind } from '#powerlog/stream/command-event.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { cutTargets } from './cuts.js';
import { mutated, mutatedJson } from './mutate.js';
import type { Random } from './random.js';
import { inputOf, recorded, syntheticCapture } from './rows.js';
import { must, type Target } from './target.js';

const benchlab = boardFor('benchlab')!;

/** A capture's parts: the preamble, then blocks. */
function partsOf(capture: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < capture.length; ) {
    const head = at === 0 ? 16 : 20;
    const size = head + capture.readUInt32LE(at + head - 4) + 4;
    parts.push(capture.subarray(at, at + size));
    at += size;
  }
  return parts;
}
const parts = partsOf(syntheticCapture);

const replayed = async (bytes: Buffer) =>
  recorded(new CaptureSource(await readCapture(new ByteWindow(inputOf(bytes)))).start(), ownMap(benchlab));

const whole = await replayed(syntheticCapture);
const wholeFrames = whole.frames.map((frame) => frame.toString('latin1'));

/** Any damage: its checksums tell, so that what comes out are the first frames and no others. */
const captures: Target = {
  name: 'captures',
  weight: 0.4,
  async tryOne(random) {
    const { frames } = await replayed(mutated(syntheticCapture, random));
    frames.forEach((frame, n) => {
      must(frame.toString('latin1') === wholeFrames[n], `frame ${n} is another one`);
    });
    return true;
  },
};

/** A part with its checksum made to fit, as only a program with a fault of its own would write it. */
function sealed(part: Buffer): Buffer {
  const bytes = Buffer.from(part);
  if (bytes.length >= 24) bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

function liar(part: Buffer, random: Random): Buffer {
  const head = part === parts[0] ? 16 : 20;
  const isJson = part === parts[0] || part.readUInt16LE(4) === 3;
  if (isJson && random.chance(0.8)) {
    const json = JSON.parse(part.subarray(head, -4).toString()) as unknown;
    const text = Buffer.from(JSON.stringify(mutatedJson(json, random)) ?? 'null');
    const bytes = Buffer.concat([part.subarray(0, head), text, Buffer.alloc(4)]);
    bytes.writeUInt32LE(text.length, head - 4);
    return sealed(bytes);
  }
  const bytes = mutated(part.subarray(0, -4), random, 2);
  if (bytes.length >= head && random.chance(0.7)) bytes.writeUInt32LE(bytes.length - head, head - 4);
  return sealed(Buffer.concat([bytes, Buffer.alloc(4)]));
}

/** Whole by their checksums and nonsense inside. Anything may come out but a crash, or rows that are not the frames. */
const lyingCaptures: Target = {
  name: 'lying captures',
  weight: 0.4,
  async tryOne(random) {
    const chosen = random.below(parts.length);
    const bytes = parts.map((part, n) => (n === chosen || random.chance(0.05) ? liar(part, random) : part));
    if (random.chance(0.1)) bytes.splice(1 + random.below(bytes.length), 0, random.pick(parts));
    await replayed(Buffer.concat(bytes));
    return true;
  },
};

/** What `exec` says of two runs of a command, the second cut off. */
const commandEvents: readonly RecordingEvent[] = [
  { type: 'experiment', atNs: 0, commands: 1, runs: 3, warmups: 0, idlePowerW: null },
  { type: 'command', atNs: 0, command: 0, argv: ['sh', '-c'] },
  { type: 'command', atNs: 0, command: 0, argv: ['true'] },
  { type: 'baseline', startNs: 0, endNs: 50_000_000 },
  { type: 'run-begin', atNs: 60_000_000, run: 0, command: 0, number: 1, warmup: false, pid: 17 },
  { type: 'marks', run: 0, marks: ['begin', 'begin', 'point', 'end'].map(markOf) },
  {
    ...{ type: 'run-end', atNs: 400_000_000, run: 0, status: 'ok', exitCode: 0, signal: null, failure: null },
    ...{ problems: [{ line: 3, message: 'the line is empty' }], problemCount: 2 },
  },
  { type: 'run-begin', atNs: 500_000_000, run: 1, command: 0, number: 2, warmup: false, pid: 18 },
  { type: 'marks', run: 1, marks: ['end', 'begin'].map(markOf) },
];
function markOf(kind: string, n: number): Mark {
  const mark = { kind: kind as MarkKind, name: 'a', count: n === 0 ? null : n, atNs: 70_000_000 + n * 1e8 };
  return n === 2
    ? { ...mark, uncertaintyNs: 5e6, line: n, fromOutput: true }
    : { ...mark, uncertaintyNs: 0, line: n };
}

const commandParts = [
  parts[0]!,
  ...commandEvents.map((event) => Buffer.from(encodeEvent(event))),
  ...parts.slice(1),
];

/** Events of a command, whole by their checksums and nonsense inside, in any order: figures, or none, and no crash. */
const lyingCommands: Target = {
  name: 'lying commands',
  weight: 0.4,
  async tryOne(random) {
    const chosen = 1 + random.below(commandEvents.length);
    const bytes = commandParts.map((part, n) =>
      n === chosen || (n > 0 && random.chance(0.05)) ? liar(part, random) : part,
    );
    if (random.chance(0.2))
      bytes.splice(1 + random.below(bytes.length), 0, random.pick(commandParts.slice(1)));
    const recording = new CaptureSource(
      await readCapture(new ByteWindow(inputOf(Buffer.concat(bytes)))),
    ).start();
    const wiring = resolveWiring(benchlab, ownMap(benchlab));
    const collector = new SummaryCollector(benchlab, wiring, 0.03);
    const recall = new Recall();
    try {
      await runSession({
        ...{
          board: benchlab,
          recording,
          wiring,
          columnsToDecode: new Set<number>(),
          sinks: [collector, recall],
        },
      });
      const recalled = await recall.conclude(() => collector.partFacts());
      if (!recalled) return false;
      const parsed = execPartsSchema.safeParse(JSON.parse(JSON.stringify(recalled.extra)));
      must(parsed.success, `a summary that is none: ${parsed.error?.message}`);
      return true;
    } finally {
      await recall.dispose();
    }
  },
};

/** Without a map or a summary beside it. */
const alone = { map: undefined, there: null };

const captureRepair: Target = {
  name: 'capture repair',
  weight: 0.2,
  async tryOne(random) {
    const bytes = mutated(syntheticCapture, random, 2);
    const found = await inspectCapture(new ByteWindow(inputOf(bytes)), alone);
    must(found.wholeBytes <= bytes.length, 'more is whole than there is');
    const repaired = Buffer.concat([
      bytes.subarray(0, found.wholeBytes),
      found.torn ? found.tail : Buffer.alloc(0),
    ]);
    const again = await inspectCapture(new ByteWindow(inputOf(repaired)), alone);
    must(!again.torn && again.samples === found.samples, 'what was repaired is torn, or lost samples');
    return true;
  },
};

const csvText = Buffer.from(whole.csv, 'latin1');
const csvRepair: Target = {
  name: 'CSV repair',
  weight: 0.6,
  async tryOne(random) {
    const bytes = random.chance(0.1)
      ? csvText.subarray(0, random.below(csvText.length + 1))
      : mutated(csvText, random, 2);
    const found = await inspectCsv(new ByteWindow(inputOf(bytes)), alone);
    must(found.wholeBytes <= bytes.length, 'more is whole than there is');
    const kept = bytes.subarray(0, found.wholeBytes);
    must(kept.at(-1) === 0x0a, 'what is kept does not end on a row');
    must(kept.toString('latin1').split('\n').length === found.samples + 2, 'samples are not rows');
    must(found.torn === found.wholeBytes < bytes.length, 'torn is not what is behind the whole rows');
    if (found.lacking.length > 0) return true;
    const summary = summarySchema.safeParse(JSON.parse(JSON.stringify(found.summary)));
    must(summary.success, `a summary that is none: ${summary.error?.message}`);
    return true;
  },
};

/** Bytes without any frame around them: what is handed out stands in them, in its order, whatever was done to them. */
const dumps: Target = {
  name: 'frame dumps',
  weight: 1,
  async tryOne(random) {
    const from = random.below(90);
    const good = Buffer.concat(whole.frames.slice(from, from + random.below(6)));
    const bytes = random.chance(0.1) ? random.bytes(random.below(1500)) : mutated(good, random);
    const rate = random.pick([0.01, 1, 400, 1000, 99_999.5, 100_000]);
    const source = new FrameDumpSource(new ByteWindow(inputOf(bytes)), {
      board: benchlab,
      firmware: null,
      rateHz: rate,
    });
    const { frames } = await recorded(source.start(), ownMap(benchlab));
    let at = 0;
    frames.forEach((frame, n) => {
      const place = Buffer.from(bytes).indexOf(frame, at);
      must(place >= 0, `frame ${n} does not stand there`);
      at = place + frame.length;
    });
    return true;
  },
};

export const fileTargets: readonly Target[] = [
  captures,
  lyingCaptures,
  lyingCommands,
  captureRepair,
  csvRepair,
  ...cutTargets(csvText, syntheticCapture),
  dumps,
];
