import { createRequire } from 'node:module';

/**
 * The part of serialport that opens and configures a port, without its streams and parsers, which would cost every
 * recording 15 ms of CPU more to load. Required for the reason that `serialport.ts` gives.
 */
export const portBinding = (
  createRequire(import.meta.url)('@serialport/bindings-cpp') as typeof import('@serialport/bindings-cpp')
).autoDetect();
