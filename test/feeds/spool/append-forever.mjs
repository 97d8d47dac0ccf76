// Appends records until it is killed, and says each number when the record is kept.
import { writeSync } from 'node:fs';
import { Spool } from '../../../dist/feeds/spool/spool.js';

const [folder, limitBytes] = process.argv.slice(2);
const spool = Spool.open({ folder, limitBytes: Number(limitBytes) });
for (let n = 0; ; n++) {
  try {
    spool.append(`{"n":${n}}`, Buffer.alloc(1 + ((n * 7919) % 3000), n), 1);
    writeSync(1, `${n}\n`);
  } catch (error) {
    writeSync(1, `failed: ${error.message}\n`);
    process.exit(spool.lost.records === 1 && spool.waiting.records === n ? 0 : 1);
  }
}
