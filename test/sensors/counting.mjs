// Counts up in files from what the first of them holds, as RAPL's counters do: counting.mjs EVERY_MS STEP WRAP FILE…
// In place and with leading zeros, so that no reader ever sees a part of a number.
import { openSync, readFileSync, writeSync } from 'node:fs';

const [everyMs, step, wrap] = process.argv.slice(2, 5).map(Number);
const files = process.argv.slice(5).map((path) => openSync(path, 'r+'));
let count = Number(readFileSync(process.argv[5], 'utf8'));
process.stdout.write('counting\n');
setInterval(() => {
  count = (count + step) % wrap;
  for (const fd of files) writeSync(fd, `${String(count).padStart(15, '0')}\n`, 0);
}, everyMs);
process.stdin.on('end', () => process.exit()).resume();
