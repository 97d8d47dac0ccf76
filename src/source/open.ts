import { type Stats, statSync } from 'node:fs';
import {
  boardError,
  ExitCode,
  errorText,
  outOfDescriptors,
  systemErrorCode,
  UserError,
  usageError,
} from '../errors.js';
import { realPath } from '../file/real-path.js';
import { isSimulator } from '../simulator/port/port-name.js';
import { newTogether, type OpenOptions, openBoard } from './open-board.js';
import type { Source } from './source.js';

/**
 * Resolves `--port`: `auto`, `sim[:PROFILE][,KEY=VALUE…]`, a capture file, or the path of a serial device.
 * @throws UserError (no board; usage for an unknown profile; bad input for a file that is no capture)
 */
export async function openSource(port: string, options: OpenOptions): Promise<Source> {
  try {
    return await open(port, options);
  } catch (error) {
    throw sourceError(port, error);
  }
}

/** What several ports gave. */
interface OpenedSources {
  /** In the order in which they were named. */
  readonly sources: readonly Source[];
  readonly missing: readonly MissingSource[];
}

/** A port that could not be opened, and why. */
interface MissingSource {
  readonly port: string;
  readonly error: unknown;
}

/**
 * Opens each of several ports, `auto:all` among them. What cannot be opened is left to the caller, who may go on without.
 * @throws UserError (usage) where one port is named twice
 */
export async function openSources(ports: readonly string[], options: OpenOptions): Promise<OpenedSources> {
  const { named, missing } = await resolved(ports, options);
  const together = newTogether();
  const opened = await Promise.all(
    named.map(async (port, n): Promise<Source | MissingSource> => {
      const ordinal = named.slice(0, n + 1).filter(isSimulator).length;
      try {
        return await openSource(port, { ...options, together, ordinal });
      } catch (error) {
        return { port, error };
      }
    }),
  );
  // In the order in which they were named, whichever failed first.
  return {
    sources: opened.filter((each): each is Source => !('error' in each)),
    missing: [...missing, ...opened.filter((each): each is MissingSource => 'error' in each)],
  };
}

/**
 * Opens each of several ports, for what is not to begin without one of them.
 * @throws UserError (no board; usage; bad input) where one cannot be opened
 */
export async function openAllSources(
  ports: readonly string[],
  options: OpenOptions,
): Promise<readonly Source[]> {
  const { sources, missing } = await openSources(ports, options);
  if (missing.length === 0) return sources;
  for (const source of sources) await source.close();
  const errors = missing.map(({ error }) => error);
  const worst = errors.find((error) => !(error instanceof UserError) || error.exitCode === ExitCode.usage);
  if (worst || errors.length === 1) throw worst ?? errors[0];
  throw new UserError(errors.map(errorText).join('; '), (errors[0] as UserError).exitCode);
}

/** Which ports are meant. Boards that have to be found are looked for before any port is taken. */
async function resolved(ports: readonly string[], { onNotice, own }: OpenOptions) {
  const named: string[] = [];
  const missing: MissingSource[] = [];
  const given = ports.filter((port) => !isSearch(port) && !isSimulator(port));
  for (const [n, port] of given.entries()) {
    const same = given.slice(0, n).find((other) => realPath(other) === realPath(port));
    if (same !== undefined)
      throw usageError(`--port ${port} is the port of --port ${same}; name each board once`);
  }
  for (const port of ports) {
    if (!isSearch(port)) {
      named.push(port);
      continue;
    }
    try {
      if (own) throw ownNeedsPort();
      const { findAllBoards, findTheBoard } = await import('./find-board.js');
      const found = port === 'auto' ? [await findTheBoard()] : await findAllBoards(onNotice);
      const taken = [...given, ...named].map(realPath);
      named.push(...found.filter((path) => !taken.includes(realPath(path))));
    } catch (error) {
      missing.push({ port, error: sourceError(port, error) });
    }
  }
  return { named, missing };
}

const ownNeedsPort = () =>
  usageError('--board is about a board of your own: name its port with --port; others are not asked');
const isSearch = (port: string): boolean => port === 'auto' || port === 'auto:all';

/** What the system refuses is no bug of ours. */
function sourceError(port: string, error: unknown): unknown {
  const text = errorText(error);
  if (error instanceof UserError) return error;
  if (/uv_cwd/.test(text))
    return boardError(
      'the working folder has been deleted, and Node starts no thread in one; `cd` to another',
      error,
    );
  if (outOfDescriptors(error))
    return boardError(
      `${port} cannot be opened: no descriptor is left (${text}); raise \`ulimit -n\``,
      error,
    );
  return systemErrorCode(error) === undefined
    ? error
    : boardError(`${port} cannot be opened: ${text}`, error);
}

async function open(port: string, options: OpenOptions): Promise<Source> {
  if (port === 'auto:all')
    throw usageError(
      'auto:all is every board that answers, for record, exec and live; choose one with --port',
    );
  if (isSimulator(port)) {
    const { openSimulator } = await import('./simulator.js');
    return openSimulator(port.slice('sim'.length + 1), options);
  }
  if (options.own && port === 'auto') throw ownNeedsPort();
  if (port !== 'auto' && isRegularFile(port)) {
    const { openPacedCapture } = await import('./paced.js');
    return openPacedCapture(port, options.withCommand);
  }
  const { findTheBoard } = await import('./find-board.js');
  return openBoard(port === 'auto' ? await findTheBoard() : port, options);
}

function isRegularFile(path: string): boolean {
  const stat = found(path);
  if (stat?.isDirectory())
    throw boardError(`${path} is a directory; expected a serial port, auto, sim, or a capture (.plog)`);
  return stat?.isFile() ?? false;
}

/** Undefined where the path cannot be looked at; opening it will say why. */
function found(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
