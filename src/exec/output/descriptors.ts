import { constants } from 'node:os';

/** What the C library does with descriptors and Node does not. */
export interface DescriptorCalls {
  /** A pipe that no child inherits. */
  pipe(): Pipe;
  /** Waits until one of them can be read or written, has hung up or failed; what came of each. */
  poll(descriptors: readonly Polled[], timeoutMs: number): number[];
  /**
   * Gives a terminal the settings of another that its output is to reach as it is: all but what that one does to output,
   * which it will do itself.
   */
  copySettings(fromFd: number, toFd: number): void;
  /** Makes one terminal as large as another. */
  copyWindowSize(fromFd: number, toFd: number): void;
}

export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

interface Polled {
  readonly fd: number;
  /** 0 for hang-ups and failures alone. */
  readonly events: number;
}

export const pollIn = 1;
export const pollOut = 4;
/** POLLERR, POLLHUP and POLLNVAL, which are told whether or not they are asked for. */
export const pollGone = 8 | 16 | 32;

const isLinux = process.platform === 'linux';
const closeOnExec = 0x80000;
const [getWindowSize, setWindowSize] = isLinux ? [0x5413, 0x5414] : [0x40087468, 0x80087467];
const windowSizeBytes = 8;
/** Larger than any system's `struct termios`. */
const termiosBytes = 256;
/** Where `c_oflag` lies in it: behind `c_iflag`, which is an `unsigned long` on macOS. */
const outputFlagsAt = isLinux ? 4 : 8;
const postProcess = 1; // OPOST
const tcsaNow = 0;

/** @throws where there is no build of koffi for this system, or it was not installed */
export function loadDescriptorCalls(): DescriptorCalls {
  const koffi = require('koffi') as typeof import('koffi');
  const libc = koffi.load(null);
  // Node makes a child elsewhere than on Linux so that it inherits nothing that it is not given.
  const pipe: (ends: Int32Array) => number = isLinux
    ? bindFlagged(libc.func('int pipe2(_Out_ int *, int)'))
    : libc.func('int pipe(_Out_ int *)');
  const poll = libc.func('int poll(_Inout_ void *, unsigned long, int)');
  const tcgetattr = libc.func('int tcgetattr(int, _Out_ uint8_t *)');
  const tcsetattr = libc.func('int tcsetattr(int, int, const uint8_t *)');
  const ioctl = libc.func('int ioctl(int, unsigned long, ...)');
  const failed = (call: string): Error => new Error(`${call}: ${errorName(koffi.errno())}`);
  return {
    pipe() {
      const ends = new Int32Array(2);
      if (pipe(ends) !== 0) throw failed('pipe');
      return { readFd: ends[0]!, writeFd: ends[1]! };
    },
    poll(descriptors, timeoutMs) {
      // struct pollfd: the descriptor, and two shorts: what is asked for, and what came.
      const asked = new Int16Array(descriptors.length * 4);
      descriptors.forEach(({ fd, events }, n) => {
        new Int32Array(asked.buffer)[2 * n] = fd;
        asked[4 * n + 2] = events;
      });
      while (poll(asked, descriptors.length, timeoutMs) < 0)
        if (koffi.errno() !== constants.errno.EINTR) throw failed('poll');
      return descriptors.map((_, n) => asked[4 * n + 3]!);
    },
    copySettings(fromFd, toFd) {
      const settings = Buffer.alloc(termiosBytes);
      if (tcgetattr(fromFd, settings) !== 0) throw failed('tcgetattr');
      settings[outputFlagsAt]! &= ~postProcess;
      if (tcsetattr(toFd, tcsaNow, settings) !== 0) throw failed('tcsetattr');
    },
    copyWindowSize(fromFd, toFd) {
      const size = new Uint8Array(windowSizeBytes);
      if (ioctl(fromFd, getWindowSize, 'void *', size) === 0) ioctl(toFd, setWindowSize, 'void *', size);
    },
  };
}

const bindFlagged =
  (pipe2: (ends: Int32Array, flags: number) => number) =>
  (ends: Int32Array): number =>
    pipe2(ends, closeOnExec);

/** `EPIPE` */
export const errorName = (number: number): string =>
  Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? String(number);
