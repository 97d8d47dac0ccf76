import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

/**
 * A reader of a terminal device that shares nothing with powerlog's own: blocking calls. It must live in another thread or process
 * than the board.
 */
export interface PtyClient {
  /** `length` bytes, or fewer where a minute is silent: a board on a busy machine is slow. Throws EIO on a hang-up. */
  read(length: number): Buffer;
  send(...bytes: number[]): void;
  ask(command: number, length: number): Buffer;
  /** Whether nothing comes for 2 s. */
  isSilent(): boolean;
  close(): void;
}

export const hasPseudoTerminals = process.platform === 'linux' || process.platform === 'darwin';

/** How `stty` is told the device. */
export const fileFlag = process.platform === 'linux' ? '-F' : '-f';

export function openPtyClient(path: string): PtyClient {
  execFileSync('stty', [fileFlag, path, 'raw', '-echo', 'min', '0', 'time', '20']);
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const client: PtyClient = {
    read(length) {
      const buffer = Buffer.alloc(length);
      let at = 0;
      for (let silences = 0; at < length && silences < 30; ) {
        const count = readSync(fd, buffer, at, length - at, null);
        if (count === 0) silences++;
        at += count;
      }
      return buffer.subarray(0, at);
    },
    send(...bytes) {
      writeSync(fd, Uint8Array.from(bytes));
    },
    ask(command, length) {
      client.send(command);
      return client.read(length);
    },
    isSilent: () => readSync(fd, Buffer.alloc(1), 0, 1, null) === 0,
    close() {
      closeSync(fd);
    },
  };
  return client;
}
