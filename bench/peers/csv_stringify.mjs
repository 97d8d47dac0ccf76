// Frames on standard input to CSV on standard output through csv-stringify's stream, the same bytes as powerlog's.
// Usage: csv_stringify.mjs RATE_HZ
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';

const frameBytes = 216;
const rails = 'eps1 eps2 atx_3v3 atx_5v atx_5vsb atx_12v pcie1 pcie2 pcie3 hpwr1 hpwr2'.split(' ');
const header = [
  ...['time_s', 'unix_time_s', 'system_power_w', 'cpu_power_w', 'gpu_power_w', 'motherboard_power_w'],
  ...rails.flatMap((rail) => [`${rail}_voltage_v`, `${rail}_current_a`, `${rail}_power_w`]),
];
const rate = Number(process.argv[2]);
const fixed = (milli) => (milli / 1000).toFixed(3);

function row(frame, number) {
  const values = [];
  const sums = [0, 0, 0];
  for (let rail = 0; rail < rails.length; rail++) {
    const at = 48 + 12 * rail;
    const mw = frame.readInt32LE(at + 8);
    values.push(fixed(frame.readInt16LE(at)), fixed(frame.readInt32LE(at + 4)), fixed(mw));
    sums[rail < 2 ? 0 : rail < 6 ? 2 : 1] += mw;
  }
  const [cpu, gpu, board] = sums;
  return [(number / rate).toFixed(6), '', ...[cpu + gpu + board, cpu, gpu, board].map(fixed), ...values];
}

async function* rows(input) {
  yield header;
  let rest = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of input) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (; at + frameBytes <= data.length; at += frameBytes)
      yield row(data.subarray(at, at + frameBytes), number++);
    rest = data.subarray(at);
  }
}

await pipeline(process.stdin, rows, stringify(), process.stdout);
