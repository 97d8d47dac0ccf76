import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { LibraryHandle } from 'koffi';
import { ExitCode, errorText, UserError } from '../../errors.js';

/** A terminal device whose far end is a program: the master is the board's end, `path` the client's. */
export interface PseudoTerminal {
  readonly path: string;
  /** Read and written blockingly by the thread that plays the board. */
  readonly masterFd: number;
  /** Makes a read that blocks on the master return, and a write that blocks there go through: what lay in it is lost. */
  wake(): void;
  /** The client sees a hang-up. The master must not be being read. */
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
type OpenPseudoTerminal = () => PseudoTerminal;

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

/** What a look at a master tells: that nobody has the port open, that there is input, or that there is none. */
type InputPoll = (masterFd: number, waitMs: number) => 'closed' | 'some' | 'none';

/** Loads such a look; where the simulator keeps the port open itself, a client is always there. */
export function loadInputPoll(): InputPoll {
  const koffi: typeof import('koffi') = require('koffi');
  const poll = koffi.load(null).func('int poll(_Inout_ uint8_t *, unsigned long, int)');
  const [pollIn, pollHup] = [1, 16];
  const entry = Buffer.alloc(8); // struct pollfd: int fd, short events, short revents
  return (masterFd, waitMs) => {
    entry.writeInt32LE(masterFd, 0);
    entry.writeInt16LE(pollIn, 4);
    entry.writeInt16LE(0, 6);
    poll(entry, 1, waitMs);
    const found = entry.readInt16LE(6);
    if ((found & pollIn) !== 0) return 'some';
    return (found & pollHup) !== 0 ? 'closed' : 'none';
  };
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

/**
 * Linux keeps a terminal's settings while nobody has it open, and shows the master when somebody does; elsewhere the
 * simulator keeps it open itself.
 */
const showsClients = process.platform === 'linux';
const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;

function openPair(libc: Libc): PseudoTerminal {
  const masterFd = openSync('/dev/ptmx', O_RDWR | O_NOCTTY);
  let slaveFd: number | undefined;
  try {
    if (libc.grantpt(masterFd) !== 0 || libc.unlockpt(masterFd) !== 0) throw new Error('grantpt failed');
    const path: unknown = libc.ptsname(masterFd);
    if (typeof path !== 'string') throw new Error('ptsname failed');
    const heldFd = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    slaveFd = heldFd;
    const raw = Buffer.alloc(termiosBytes);
    if (libc.tcgetattr(heldFd, raw) !== 0) throw new Error('tcgetattr failed');
    libc.cfmakeraw(raw);
    // Raw from the start: echo would send the board's replies back to it as commands.
    if (libc.tcsetattr(heldFd, tcsaNow, raw) !== 0) throw new Error('tcsetattr failed');
    if (showsClients) closeSync(heldFd);
    return {
      path,
      masterFd,
      wake() {
        const fd = showsClients ? openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK) : heldFd;
        // A client may have left flow control on and the line stopped: raw starts it again.
        libc.tcsetattr(fd, tcsaNow, raw);
        libc.tcflush(fd, tcioFlush);
        try {
          writeSync(fd, Uint8Array.of(0));
        } catch {
          // Full: then there is something to read already.
        }
        if (showsClients) closeSync(fd);
      },
      close() {
        closeSync(masterFd);
        if (!showsClients) closeSync(heldFd);
      },
    };
  } catch (error) {
    if (slaveFd !== undefined) closeSync(slaveFd);
    closeSync(masterFd);
    throw error;
  }
}
