import { gzipSync } from 'node:zlib';

/** Text of numbers is a tenth at any level; the lowest takes the least of the CPU. */
const level = 1;

/** Lines as they are kept and sent. */
export const compressed = (bytes: Uint8Array): Buffer => gzipSync(bytes, { level });
