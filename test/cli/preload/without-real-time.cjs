// Preloaded into powerlog: a system that allows nobody real time, as a container may be.
const Module = require('node:module');

/** The C library, of which one function always fails. */
const forbidding = (library) => ({
  func: (...signature) =>
    signature.join().includes('sched_setscheduler') ? () => -1 : library.func(...signature),
});

const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request !== 'koffi') return loaded;
  return Object.assign(Object.create(loaded), { load: (...args) => forbidding(loaded.load(...args)) });
};
