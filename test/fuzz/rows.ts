import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { boardFor } from '#powerlog/board/catalogue.js';
import type { ByteInput } from '#powerlog/file/byte-input.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { type RailMap, resolveWiring } from '#powerlog/measure/rail-map.js';
import { buildSummary } from '#powerlog/measure/summary.js';
import { summarySchema } from '#powerlog/schema/summary.js';
import { runSession } from '#powerlog/session/session.js';
import { channelsOf, csvColumns } from '#powerlog/sink/columns.js';
import { headerRow, maxRowBytes, RowWriter } from '#powerlog/sink/row-writer.js';
import type { Recording } from '#powerlog/source/source.js';
import type { RecordingHeader } from '#powerlog/stream/recording-header.js';
import type { SampleBlock } from '#powerlog/stream/sample-block.js';
import { must } from './target.js';

const benchlab = boardFor('benchlab')!;

/** A capture whose frames are numbered, made by fixtures/make-synthetic.mjs. */
const root = fileURLToPath(import.meta.resolve('#powerlog/text.js')).replace(/dist.text\.js$/, '');
export const syntheticCapture = readFileSync(`${root}fixtures/synthetic.plog`);

/** Bytes in memory as an input; read in pieces of odd sizes. */
export function inputOf(bytes: Uint8Array, pieceBytes = 1 << 20): ByteInput {
  let at = 0;
  return {
    name: 'input',
    compressed: false,
    fault: null,
    tear: null,
    async read(into) {
      const count = Math.min(into.length, pieceBytes, bytes.length - at);
      into.set(bytes.subarray(at, at + count));
      at += count;
      return count;
    },
    async close() {},
  };
}

/** What a recording came to. */
export interface Recorded {
  /** The CSV, header and all. */
  readonly csv: string;
  /** Frames in the order in which they were written. */
  readonly frames: readonly Buffer[];
}

/** Runs a recording into rows and a summary, both held to what they promise. */
export async function recorded(recording: Recording, map: RailMap): Promise<Recorded> {
  const wiring = resolveWiring(benchlab, map);
  const columns = csvColumns(benchlab, wiring, 'all');
  const collector = new SummaryCollector(benchlab, wiring, 0.03);
  const frames: Buffer[] = [];
  let csv = headerRow(columns);
  let startUnixUs: number | null = null;
  const rows = {
    begin(header: RecordingHeader) {
      startUnixUs = header.startUnixUs;
    },
    write(block: SampleBlock) {
      for (let row = 0; row < block.count; row++)
        frames.push(
          Buffer.from(block.frames!.frames.slice(row * benchlab.frameBytes, (row + 1) * benchlab.frameBytes)),
        );
      const bytes = maxRowBytes(columns.length) * (block.count + 1);
      const writer = new RowWriter(columns, startUnixUs, { count: 1, bytes });
      const text = writer.pieces[0]!;
      must(writer.write(block, 0, text) === block.count, 'a row was left out');
      csv += Buffer.from(text.bytes.subarray(0, text.length)).toString('latin1');
    },
    async finish() {},
  };
  const columnsToDecode = channelsOf(columns);
  await runSession({ board: benchlab, recording, wiring, columnsToDecode, sinks: [collector, rows] });
  const summary = buildSummary(collector.measured(), {
    tool: { name: 'fuzz', version: '1' },
    host: {},
    warnings: recording.warnings?.() ?? [],
  });
  const parsed = summarySchema.safeParse(JSON.parse(JSON.stringify(summary)));
  must(parsed.success, `a summary that is none: ${parsed.error?.message}`);
  must(summary.samples === frames.length, `${summary.samples} samples of ${frames.length} frames`);
  checkRows(csv, frames, columns.length);
  return { csv, frames };
}

const cellForm = /^(-?\d+(\.(\d|\d{3}|\d{6}))?)?$/;

/** Every row of the header's width, all cells numbers or empty, each rail as the frame has it. */
export function checkRows(csv: string, frames: readonly Buffer[], width: number): void {
  const lines = csv.split('\n');
  must(lines.pop() === '', 'a last row without its end');
  must(lines.length === frames.length + 1, `${lines.length - 1} rows of ${frames.length} frames`);
  const firstRail = lines[0]!.split(',').findIndex((name) => name.endsWith('_voltage_v'));
  frames.forEach((frame, n) => {
    const cells = lines[n + 1]!.split(',');
    must(cells.length === width, `row ${n} has ${cells.length} cells, the header ${width}`);
    must(
      cells.every((cell) => cellForm.test(cell)),
      `row ${n} holds what is no number: ${lines[n + 1]}`,
    );
    let system = 0;
    for (let rail = 0; rail < 11; rail++) {
      const at = 48 + rail * 12;
      const shown = [0, 1, 2].map((cell) => Math.round(Number(cells[firstRail + rail * 3 + cell]) * 1000));
      const sent = [frame.readInt16LE(at), frame.readInt32LE(at + 4), frame.readInt32LE(at + 8)];
      must(
        shown.every((value, each) => value === sent[each]),
        `row ${n}, rail ${rail} shows ${shown} for ${sent}`,
      );
      system += sent[2]!;
    }
    must(Math.round(Number(cells[2]) * 1000) === system, `row ${n} shows ${cells[2]} W for ${system} mW`);
  });
}
