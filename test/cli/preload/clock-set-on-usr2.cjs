// Preloaded into powerlog: USR2 sets the wall clock an hour ahead, for this program alone; it then says so.
const { writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const { now } = Date;
let aheadMs = 0;
Date.now = () => now() + aheadMs;
if (isMainThread)
  process.on('SIGUSR2', () => {
    aheadMs = 3_600_000;
    writeSync(2, 'set\n');
  });
