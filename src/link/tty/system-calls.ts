import { errorText } from '../../errors.js';

/**
 * The C library's read and write on a descriptor, without what Node's `fs` does around them: it validates, traces and
 * wraps each call. Both take an address, found once: to find that of an array at each call is felt in what a sample
 * costs. They return how many bytes went, or an error's number negated, as the kernel does.
 */
export interface SystemCalls {
  readonly read: (fd: number, into: number, length: number) => number;
  readonly write: (fd: number, bytes: number, length: number) => number;
  /** Where bytes lie, for as long as somebody keeps them. */
  readonly addressOf: (bytes: Uint8Array) => number;
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
  const read = libc.func('intptr_t read(int, uintptr_t, size_t)');
  const write = libc.func('intptr_t write(int, uintptr_t, size_t)');
  const orError = (count: number): number => (count < 0 ? -koffi.errno() : count);
  return {
    read: (fd, into, length) => orError(read(fd, into, length)),
    write: (fd, bytes, length) => orError(write(fd, bytes, length)),
    // Few bytes lie in V8's own heap, where they are moved about, until somebody asks where: koffi's question settles them.
    addressOf: (bytes) => Number(koffi.address(bytes)),
  };
}
