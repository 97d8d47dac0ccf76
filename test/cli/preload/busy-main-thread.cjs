// Preloaded into `powerlog record --duration 1s --out FILE`: once the recording has begun its main thread stands still until
// the second is over, as on a machine that has better to do. The sampling thread is left alone.
const { existsSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const word = new Int32Array(new SharedArrayBuffer(4));
const out = process.argv[process.argv.indexOf('--out') + 1];
if (isMainThread) {
  const waiting = setInterval(() => {
    if (!existsSync(out)) return;
    clearInterval(waiting);
    setTimeout(() => Atomics.wait(word, 0, 0, 2000), 200);
  }, 5);
}
