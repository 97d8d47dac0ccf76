// Preloaded into powerlog: the sampling thread gets no turn for two seconds after it was told to begin, as on a machine that has
// better to do.
const { isMainThread, parentPort, workerData } = require('node:worker_threads');

if (!isMainThread && workerData?.path !== undefined) {
  const { on } = parentPort;
  parentPort.on = (name, heed) =>
    on.call(parentPort, name, (message) => {
      if (message?.type === 'start') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
      heed(message);
    });
}
