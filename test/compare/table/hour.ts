/**
 * `node hour.js write A B`: an hour of a pair as two CSVs. `node hour.js compare A B`: reads them, compares them, and prints
 * how long the comparison took, and the process's peak memory.
 */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { compareTraces } from '#powerlog/compare/compare.js';
import { drawRecipe } from '../pairs/cases.js';
import { makePair } from '../pairs/pair.js';

const hourS = 3600;
const [, , what, a, b] = process.argv;

function writeTo(path: string, header: string, count: number, rowAt: (n: number) => string): void {
  const file = openSync(path, 'w');
  writeSync(file, header);
  for (let from = 0; from < count; from += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, count - from) }, (_, n) => rowAt(from + n));
    writeSync(file, rows.join(''));
  }
  closeSync(file);
}

function write(): void {
  const recipe = drawRecipe('steps', 1, { durationS: hourS, sensor: 'averaged' });
  const { board, readings } = makePair({
    ...recipe,
    board: { ...recipe.board, intervalS: 0.001 },
    sensor: { ...recipe.sensor, updateS: 0.1003, windowS: 0.1003 },
    polling: { ...recipe.polling, intervalS: 0.02 },
  });
  const seconds = (us: number) => (us / 1e6).toFixed(6);
  writeTo(a!, 'time_s,gpu_power_w\n', board.timeUs.length, (n) => {
    return `${seconds(board.timeUs[n]!)},${(board.powerMw[n]! / 1000).toFixed(3)}\n`;
  });
  writeTo(b!, 'time_s,power_w\n', readings.timeUs.length, (n) => {
    return `${seconds(readings.timeUs[n]!)},${readings.value[n]!.toFixed(3)}\n`;
  });
}

/** Both columns of a CSV into `timeUs` and `value`, piece by piece, so that the text is never whole in memory. @returns how many rows */
function read(path: string, scale: number, timeUs: Float64Array, value: Float64Array | Int32Array): number {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(1 << 20);
  let rest = '';
  let count = -1;
  for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
    const lines = (rest + buffer.toString('latin1', 0, bytes)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (count >= 0) {
        const comma = line.indexOf(',');
        timeUs[count] = Math.round(Number(line.slice(0, comma)) * 1e6);
        value[count] = Math.round(1000 * Number(line.slice(comma + 1))) / scale;
      }
      count++;
    }
  }
  closeSync(file);
  return count;
}

function compare(): void {
  const most = hourS * 1000 + 1000;
  const [boardUs, powerMw] = [new Float64Array(most), new Int32Array(most)];
  const samples = read(a!, 1, boardUs, powerMw);
  const [pollUs, watts] = [new Float64Array(most / 10), new Float64Array(most / 10)];
  const polls = read(b!, 1000, pollUs, watts);
  const startMs = performance.now();
  const { figures } = compareTraces(
    { timeUs: boardUs.subarray(0, samples), powerMw: powerMw.subarray(0, samples), gapLimitUs: 20_000 },
    { timeUs: pollUs.subarray(0, polls), value: watts.subarray(0, polls), quantity: 'power' },
  );
  const wallS = (performance.now() - startMs) / 1000;
  const peakKb = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const peakRssMb = peakKb ? Number(peakKb) / 1024 : process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ wallS, peakRssMb, delayS: figures.delay_s.value }));
}

if (what === 'write') write();
else compare();
