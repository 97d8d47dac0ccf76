import { boards } from '../board/catalogue.js';
import type { OwnTable } from '../board/own/table.js';
import { powerSensor3Id } from '../board/powersensor3/powersensor3.js';
import { boardError, errorText, UserError } from '../errors.js';
import { realPath } from '../file/real-path.js';
import type { Expected, Link } from '../link/link.js';
import { type LinkChoice, openLink } from '../link/open.js';
import { listPorts, type PortInfo } from '../link/port/port-list.js';
import type { BoardIdentity } from '../stream/recording-header.js';
import { pause } from '../timer.js';

/** What asking one port gave. */
export type Probe =
  | { readonly port: PortInfo; readonly identity: BoardIdentity }
  /** Not asked: its USB ids are no board's, and a stray byte might do harm to whatever it is. */
  | { readonly port: PortInfo; readonly skipped: true }
  | { readonly port: PortInfo; readonly problem: string };

const looksLikeBoard = (port: PortInfo): boolean =>
  boards.some(({ usb }) => usb.vendorId === port.usbVendorId && usb.productId === port.usbProductId);

/** Asks every port that may be a board's for its identity. */
export async function probePorts(ports: readonly PortInfo[], askAll = false): Promise<Probe[]> {
  return Promise.all(ports.map((port) => probe(port, askAll)));
}

async function probe(port: PortInfo, anyway: boolean): Promise<Probe> {
  if (!anyway && !looksLikeBoard(port)) return { port, skipped: true };
  let link: Link | undefined;
  try {
    link = await openLink(port.path, 'auto');
    return { port, identity: link.identity };
  } catch (error) {
    return { port, problem: errorText(error) };
  } finally {
    await link?.close();
  }
}

/** The port of the one board that answers. @throws UserError (no board) where none or several do */
export async function findTheBoard(): Promise<string> {
  const { found } = await findBoards();
  if (found.length === 1) return found[0]!.port.path;
  throw boardError(
    `several boards answer: ${found.map(({ port, identity }) => `${port.path} (${identity.name || identity.product}, ${uidText(identity.uid)})`).join(', ')}. Choose with --port, which can be given several times, or take them all with --port auto:all`,
  );
}

/** The ports of all boards that answer. @throws UserError (no board) where none does */
export async function findAllBoards(onNotice: (text: string) => void): Promise<string[]> {
  const { found, problems } = await findBoards();
  for (const problem of problems) onNotice(`left out, since it does not answer: ${problem}`);
  return found.map(({ port }) => port.path);
}

/** @throws UserError (no board) where none answers */
async function findBoards() {
  const probes = await probePorts(await listPorts());
  const found = probes.filter((each) => 'identity' in each);
  const problems = probes.flatMap((each) => ('problem' in each ? [each.problem] : []));
  if (found.length > 0) return { found, problems };
  if (problems.length > 0) throw boardError(`no board answers: ${problems.join('; ')}`);
  const paths = probes.map(({ port }) => port.path).join(', ');
  throw boardError(
    `no board found: ${paths ? `of the serial ports here (${paths}) none has a board's USB ids` : 'there is no serial port here'}. Plug the board in, name its port with --port, or try --port sim`,
  );
}

/** How often a lost board is looked for. */
const searchMs = 250;

/** What the boards of one recording know of each other. */
export interface Together {
  /** The ports that they are on, by their real names. */
  readonly ports: Set<string>;
  readonly uids: Set<string | null>;
}

interface Search {
  readonly link: LinkChoice;
  /** How long it is looked for. */
  readonly limitMs: number;
  /** Ports that this recording's other boards are on are not asked. */
  readonly together: Together;
  readonly onNotice: (text: string) => void;
  /** What a file describes. */
  readonly own?: OwnTable | undefined;
}

/**
 * Waits for a lost board: on its old port, or on any that looks like a board's; its UID tells that it is the same.
 * Undefined after the limit, or when the signal says so.
 */
export async function waitForBoard(
  identity: BoardIdentity,
  { link: choice, limitMs, together, onNotice, own }: Search,
  signal: AbortSignal,
): Promise<Link | undefined> {
  const giveUpMs = performance.now() + limitMs;
  const refused = new Set<string>();
  while (!signal.aborted && performance.now() < giveUpMs) {
    // What a file says is sent to the port that the user named, and to no other.
    const others = own ? [] : (await listPorts()).filter(looksLikeBoard).map((port) => port.path);
    for (const path of new Set([identity.port, ...others])) {
      if (together.ports.has(realPath(path))) continue;
      // A board that is asked and is slow to come back is not taken for one that talks.
      const link = await openQuietly(
        path,
        choice,
        own ?? (identity.id === powerSensor3Id ? undefined : 'asked'),
      );
      if (!link) continue;
      const { name, product, uid, id, firmware, configuration } = link.identity;
      // One without a UID is known by its product, which names its firmware, and by how it is set up.
      const isSame =
        uid === null
          ? product === identity.product && configuration === identity.configuration
          : firmware === identity.firmware;
      if (uid === identity.uid && id === identity.id && isSame) return link;
      await link.close();
      if (uid !== null && uid === identity.uid) {
        onNotice(
          `${path}: the board is back as ${product} with firmware ${firmware}; it was ${identity.product} with firmware ${identity.firmware}. A recording has one firmware, so this one ends; begin a new one`,
        );
        return undefined;
      }
      // One of this recording's own is not another: it is waited for too.
      if (!refused.has(`${path} ${uid}`) && (uid === null || !together.uids.has(uid)))
        onNotice(
          `${path} is another board (${name || product}, ${uidText(uid)}); waiting for ${identity.name || identity.product}, ${uidText(identity.uid)}`,
        );
      refused.add(`${path} ${uid}`);
    }
    await pause(Math.min(searchMs, giveUpMs - performance.now()), signal);
  }
  return undefined;
}

async function openQuietly(
  path: string,
  choice: LinkChoice,
  expected: Expected | undefined,
): Promise<Link | undefined> {
  try {
    return await openLink(path, choice, expected);
  } catch (error) {
    if (error instanceof UserError) return undefined; // not there yet
    throw error;
  }
}

const uidText = (uid: string | null): string => (uid === null ? 'without a UID' : `UID ${uid}`);
