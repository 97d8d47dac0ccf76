import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { LibraryHandle } from 'koffi';
import { ExitCode, errorText, UserError } from '../errors.js';

/** A terminal device whose far end is a program: the master is the board's end, `path` the client's. */
export interface PseudoTerminal {
  readonly path: string;
  /** Read and written blockingly by whoever plays the board. */
  readonly masterFd: number;
  /** Makes a read that blocks on the master return, and a write that blocks there go through: what lay in it is lost. */
  wake(): void;
  /** The client sees a hang-up. Nobody may be reading the master. */
  close(): void;
}

/** This system has no pseudo-terminals that we know how to open: fall back to the model in the same process. */
export class NoPseudoTerminal extends UserError {
  constructor(reason: string, cause?: unknown) {
    super(
      `this system offers no pseudo-terminal (${reason}); '--port sim' runs the simulator without one`,
      ExitCode.noBoard,
      { cause },
    );
  }
}

/**
 * Opens pairs of them.
 * @throws NoPseudoTerminal
 */
export type OpenPseudoTerminal = () => PseudoTerminal;

/** Loads what it takes to open pseudo-terminals, which only the simulator needs. */
export async function loadPseudoTerminals(): Promise<OpenPseudoTerminal> {
  if (process.platform === 'win32') throw new NoPseudoTerminal('Windows');
  try {
    const koffi = (await import('koffi')).default;
    const libc = bindLibc(koffi.load(null));
    return () => {
      try {
        return openPair(libc);
      } catch (error) {
        throw new NoPseudoTerminal(errorText(error), error);
      }
    };
  } catch (error) {
    throw new NoPseudoTerminal(errorText(error), error);
  }
}

type Libc = ReturnType<typeof bindLibc>;

function bindLibc(libc: LibraryHandle) {
  return {
    grantpt: libc.func('int grantpt(int)'),
    unlockpt: libc.func('int unlockpt(int)'),
    ptsname: libc.func('const char *ptsname(int)'),
    tcgetattr: libc.func('int tcgetattr(int, _Out_ uint8_t *)'),
    cfmakeraw: libc.func('void cfmakeraw(_Inout_ uint8_t *)'),
    tcsetattr: libc.func('int tcsetattr(int, int, const uint8_t *)'),
    tcflush: libc.func('int tcflush(int, int)'),
  };
}

/** Larger than any system's `struct termios` (60 bytes on Linux, 72 on macOS); we never look inside. */
const termiosBytes = 256;
const tcsaNow = 0;
const tcioFlush = process.platform === 'linux' ? 2 : 3;

function openPair(libc: Libc): PseudoTerminal {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const masterFd = openSync('/dev/ptmx', O_RDWR | O_NOCTTY);
  let slaveFd: number | undefined;
  try {
    if (libc.grantpt(masterFd) !== 0 || libc.unlockpt(masterFd) !== 0) throw new Error('grantpt failed');
    const path: unknown = libc.ptsname(masterFd);
    if (typeof path !== 'string') throw new Error('ptsname failed');
    // Held open: without any client the master would report an error, and the settings would be forgotten.
    const heldFd = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    slaveFd = heldFd;
    const raw = Buffer.alloc(termiosBytes);
    if (libc.tcgetattr(heldFd, raw) !== 0) throw new Error('tcgetattr failed');
    libc.cfmakeraw(raw);
    // Raw from the start: echo would send the board's replies back to it as commands.
    if (libc.tcsetattr(heldFd, tcsaNow, raw) !== 0) throw new Error('tcsetattr failed');
    return {
      path,
      masterFd,
      wake() {
        // A client may have left flow control on and the line stopped: raw starts it again.
        libc.tcsetattr(heldFd, tcsaNow, raw);
        libc.tcflush(heldFd, tcioFlush);
        try {
          writeSync(heldFd, Uint8Array.of(0));
        } catch {
          // Full: then there is something to read already.
        }
      },
      close() {
        closeSync(masterFd);
        closeSync(heldFd);
      },
    };
  } catch (error) {
    if (slaveFd !== undefined) closeSync(slaveFd);
    closeSync(masterFd);
    throw error;
  }
}
