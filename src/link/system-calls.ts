import { errorText } from '../errors.js';

/**
 * The C library's read and write on a descriptor, without what Node's `fs` does around them: it validates, traces and
 * wraps each call. Both return how many bytes went, or an error's number negated, as the kernel does.
 */
export interface SystemCalls {
  readonly read: (fd: number, into: Uint8Array, length: number) => number;
  readonly write: (fd: number, bytes: Uint8Array, length: number) => number;
}

/** There is no build of koffi for this system, it was not installed, or it does not find the C library. */
export class NoSystemCalls extends Error {
  override readonly name = 'NoSystemCalls';
}

/** @throws NoSystemCalls */
export function loadSystemCalls(): SystemCalls {
  try {
    return bind(require('koffi') as typeof import('koffi'));
  } catch (error) {
    throw new NoSystemCalls(errorText(error).split('\n')[0], { cause: error });
  }
}

function bind(koffi: typeof import('koffi')): SystemCalls {
  const libc = koffi.load(null);
  const read = libc.func('intptr_t read(int, _Out_ uint8_t *, size_t)');
  const write = libc.func('intptr_t write(int, const uint8_t *, size_t)');
  const orError = (count: number): number => (count < 0 ? -koffi.errno() : count);
  return {
    read: (fd, into, length) => orError(read(fd, into, length)),
    write: (fd, bytes, length) => orError(write(fd, bytes, length)),
  };
}
