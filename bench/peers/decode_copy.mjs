// The floor for replay: decodes every column of the frames file with powerlog's decoder, sums the components, and
// writes as many bytes as the CSV has by copying it. No text is made. Usage: decode_copy.mjs FRAMES CSV OUT
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { boardFor } from '../../dist/board/catalogue.js';
import { makeFrameDecoder } from '../../dist/board/frame.js';
import { ownMap, resolveWiring, sumComponents } from '../../dist/measure/rail-map.js';

const benchlab = boardFor('benchlab');

const [framesPath, csvPath, outPath] = process.argv.slice(2);
const rows = 4096;
const frames = Buffer.alloc(rows * benchlab.frameBytes);
const wiring = resolveWiring(benchlab, ownMap(benchlab));
const railFields = new Set(
  benchlab.rails.flatMap(({ voltage, current, power }) => [voltage, current, power]),
);
const columns = benchlab.fields.map((_, index) => (railFields.has(index) ? new Int32Array(rows) : undefined));
const sums = wiring.sums.map(() => new Float64Array(rows));
const decode = makeFrameDecoder(benchlab);

const input = openSync(framesPath, 'r');
for (let bytes = readSync(input, frames); bytes > 0; bytes = readSync(input, frames)) {
  const count = Math.floor(bytes / benchlab.frameBytes);
  decode(frames, count, columns);
  sumComponents(wiring, benchlab, columns, count, sums);
}
closeSync(input);

const text = Buffer.alloc(1 << 20);
const csv = openSync(csvPath, 'r');
const out = openSync(outPath, 'w');
for (let bytes = readSync(csv, text); bytes > 0; bytes = readSync(csv, text)) writeSync(out, text, 0, bytes);
closeSync(csv);
closeSync(out);
