import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { autoDetect } from '@serialport/bindings-cpp';
import type { SerialPort } from 'serialport';
import { attempt, boardError, errorText, systemErrorCode, type UserError } from '../../errors.js';
import { realPath } from '../../file/real-path.js';
import { holdersOf } from './port-holders.js';
import { listPorts } from './port-list.js';

/**
 * The part of serialport that opens and configures a port, without its streams and parsers, which would cost every
 * recording 15 ms of CPU more to load.
 */
const binding = autoDetect();

/** CDC-ACM ignores the baud rate; the vendor's tools open it so. */
const settings = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1, lock: true } as const;

/** A port that is configured and locked, and not read from. */
export interface ConfiguredPort {
  close(): Promise<void>;
}

/**
 * Sets a tty up for another descriptor to read from: raw, exclusive, and with a kernel deadline of 0.1 s on each
 * read (VMIN 0, VTIME 1). Terminal settings belong to the device, so they hold for every descriptor.
 * @throws UserError (no board): missing, busy, forbidden
 */
export async function configurePort(path: string): Promise<ConfiguredPort> {
  refusePseudoTerminalMaker(path);
  try {
    return await binding.open({ ...settings, path, vmin: 0, vtime: 1, rtsMode: 'enable' });
  } catch (error) {
    throw await openFailure(path, error);
  }
}

/** Opens a port as serialport's stream. @throws UserError (no board) */
export async function openStream(path: string): Promise<SerialPort> {
  refusePseudoTerminalMaker(path);
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ ...settings, path, autoOpen: false });
  try {
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    throw await openFailure(path, error);
  }
  return port;
}

/** The device of Linux that makes pseudo-terminals, whatever its name: major 5, minor 2. */
const linuxMaker = 0x502;

/**
 * Whoever opens it has made a pseudo-terminal whose other end nobody holds, so that what is written to it is never taken, and
 * waiting for that never ends: neither by a deadline nor by a signal.
 */
function refusePseudoTerminalMaker(path: string): void {
  const found = attempt(() => statSync(path));
  if (!found?.isCharacterDevice()) return;
  const isMaker =
    process.platform === 'linux' ? found.rdev === linuxMaker : basename(realPath(path)) === 'ptmx';
  if (isMaker)
    throw boardError(
      `${path} is no serial port: it makes pseudo-terminals, and no board is behind one that is new. \`powerlog ports\` shows the ports that are there`,
    );
}

/** What is wrong with a path that leads nowhere, whatever lies there. */
const pathFaults: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of it is not a directory',
  ELOOP: 'its symbolic links go round in circles',
  ENAMETOOLONG: 'it is longer than the system allows',
  EACCES: 'a directory on the way to it may not be entered by you',
};

function pathFault(path: string): string | undefined {
  try {
    statSync(path);
    return undefined;
  } catch (error) {
    return pathFaults[systemErrorCode(error) ?? ''];
  }
}

/** Says why a port could not be opened, and what to do about it. serialport gives the reason as text only. */
async function openFailure(path: string, error: unknown): Promise<UserError> {
  const fault = pathFault(path);
  if (fault !== undefined)
    return boardError(
      `${path} leads to no port: ${fault}. \`powerlog ports\` shows those that are there`,
      error,
    );
  const text = `${systemErrorCode(error) ?? ''} ${errorText(error)}`;
  if (/no such file|ENOENT|ENXIO|ENODEV|file not found|no such device/i.test(text)) {
    const ports = (await listPorts()).map((port) => port.path);
    const there = ports.length > 0 ? `there are ${ports.join(', ')}` : 'no serial port is there at all';
    return boardError(`${path} does not exist; ${there}. Is the board plugged in?`, error);
  }
  if (/permission denied|EACCES|access denied/i.test(text))
    return boardError(
      `${path} may not be opened by you: run \`sudo usermod -aG dialout $USER\` and log in again, or install the udev rule in docs/udev.md`,
      error,
    );
  if (/lock|busy|EBUSY|temporarily unavailable/i.test(text)) {
    const holders = holdersOf(path);
    const who =
      holders.length > 0
        ? `it is open in ${holders.join(', ')}`
        : 'another program has it open (a second powerlog, a serial monitor, ModemManager?)';
    return boardError(`${path} is busy: ${who}. End that program, then try again`, error);
  }
  if (/ENOTTY|inappropriate ioctl|not a serial port|invalid argument|EINVAL/i.test(text))
    return boardError(
      `${path} is not a serial port. Expected a device such as /dev/ttyACM0 or COM3, auto, sim, or a capture (.plog)`,
      error,
    );
  if (/EMFILE|ENFILE|too many open files/i.test(text))
    return boardError(`${path} could not be opened: no descriptor is left; raise \`ulimit -n\``, error);
  return boardError(`${path} could not be opened: ${errorText(error)}`, error);
}
