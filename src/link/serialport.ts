import { createRequire } from 'node:module';

/**
 * `serialport`, as the CommonJS it is: were it imported, Node would first lex all of its files for names, which costs as
 * much again as loading them.
 */
export const { SerialPort } = createRequire(import.meta.url)('serialport') as typeof import('serialport');
export type SerialPort = import('serialport').SerialPort;
