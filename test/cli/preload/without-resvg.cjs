// For NODE_OPTIONS=--require: a system that resvg has no build for.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request === '@resvg/resvg-js') throw new Error('no build of resvg for this system');
  return resolve.call(this, request, ...rest);
};
