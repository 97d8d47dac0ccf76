// For NODE_OPTIONS=--require: a system that koffi has no build for.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request === 'koffi') throw new Error('no build of koffi for this system');
  return resolve.call(this, request, ...rest);
};
