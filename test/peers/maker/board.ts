import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerPython } from '../../parts.js';
import { type BoardProcess, startBoardProcess } from '../board-process.js';

/** Every firmware whose wire contract the maker has published. */
export const publishedPairs = [
  ...[2, 3, 4, 5, 6].map((firmware) => ['benchlab', firmware] as const),
  ...[3, 4, 5, 6, 7].map((firmware) => ['benchlab2', firmware] as const),
];

/** A column's name to its text, in the CSV's order, the times left out. */
export type Cells = Readonly<Record<string, string>>;

export interface Played {
  /** PRODUCT:FIRMWARE[:UID], as it was asked for. */
  readonly identity: string;
  /** The cells of each frame; they are served in this order, over and over. */
  readonly rows: readonly Cells[];
  /** The frames themselves, hexadecimal. */
  readonly frames: readonly string[];
  /** The maker's names of the fault bits; none where the frames have no fault words. */
  readonly faults: Readonly<Record<string, number>>;
  readonly calibration: {
    readonly crc: number;
    readonly sha256: string;
    readonly rails: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

/** One thing that happened to the board that stood there, `identity`. */
export interface Happening {
  readonly identity: string;
  readonly ns: number;
  /** Bytes received, hexadecimal. */
  readonly received?: string;
  /** The number of the frame that a request for readings got. */
  readonly frame?: number;
  readonly opened?: true;
  readonly unasked?: true;
  /** It went, and the next one came in its place. */
  readonly swapped?: true;
}

export interface MakerRecord {
  readonly played: readonly Played[];
  readonly happened: readonly Happening[];
  /** Bytes received that are none of the six reading commands. */
  readonly forbidden: readonly number[];
}

export interface MakerBoard extends Omit<BoardProcess, 'stop'> {
  /** Ends it; safe to call twice. */
  stop(): Promise<MakerRecord>;
}

const readingCommands = [0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e];

/** Starts `board.py` with the given arguments, `--log` added. @throws Error where it ends before it has a port. */
export async function startMakerBoard(...args: readonly string[]): Promise<MakerBoard> {
  const folder = mkdtempSync(join(tmpdir(), 'maker-board-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const log = join(folder, 'log');
  const linesOf = (suffix: string) =>
    readFileSync(log + suffix, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  try {
    const board = await startBoardProcess(peerPython ?? 'python3', 'maker/board.py', ['--log', log, ...args]);
    let record: Promise<MakerRecord> | undefined;
    const stop = (): Promise<MakerRecord> => {
      record ??= board.stop().then((): MakerRecord => {
        const played = linesOf('.identities') as Played[];
        const happened = linesOf('.received') as Happening[];
        removeFolder();
        const received = Buffer.from(happened.map((each) => each.received ?? '').join(''), 'hex');
        const forbidden = [...received].filter((byte) => !readingCommands.includes(byte));
        return { played, happened, forbidden };
      });
      return record;
    };
    return { ...board, stop };
  } catch (error) {
    removeFolder();
    throw error;
  }
}
