import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { attempt, outOfDescriptors } from '../../errors.js';

/**
 * Makes a folder for what lasts as long as this process, and that nobody else can enter. Its name says whose it is: who is
 * killed leaves it behind, and the next one removes it.
 * @throws Error of the system's, as where it has no descriptor left
 */
export async function makeTemporaryFolder(): Promise<string> {
  const name = `powerlog-${process.pid}.${startOf(process.pid) ?? 0}.${place()}-`;
  swept ??= sweep().catch(() => {}); // of no harm to what is to be done
  await swept;
  return mkdtemp(join(resolve(tmpdir()), name));
}

let swept: Promise<void> | undefined;

const ownedName = /^powerlog-(\d+)\.(\d+)\.([\da-f]{8})-/;

/** Removes the folders of those that are dead, and whose command is. */
async function sweep(): Promise<void> {
  const [folder, here] = [tmpdir(), place()];
  for (const name of await readdir(folder)) {
    const [, pid = '', start = '', there] = ownedName.exec(name) ?? [];
    if (there !== here || isAlive(Number(pid), Number(start))) continue;
    const path = join(folder, name);
    const stats = await lstat(path);
    if (stats.isDirectory() && stats.uid === process.getuid?.() && !isKnownToAnybody(path))
      await rm(path, { recursive: true, force: true });
  }
}

/**
 * What the system tells of processes, or `undefined` where it does not tell. Who has no descriptor left to look with knows
 * nothing, neither what to call a folder so that it is found again, nor which is nobody's.
 * @throws Error (EMFILE, ENFILE)
 */
function look<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (outOfDescriptors(error)) throw error;
    return undefined;
  }
}

/** Where process numbers mean the same: the boot and the container; a temporary folder may be shared between several. */
function place(): string {
  const boot = look(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')) ?? hostname();
  const processes = look(() => readlinkSync('/proc/self/ns/pid')) ?? '';
  return createHash('sha256').update(`${boot} ${processes}`).digest('hex').slice(0, 8);
}

/** Whether a process is still there, and not another that has its number now. */
function isAlive(pid: number, start: number): boolean {
  const found = startOf(pid);
  if (found !== undefined) return found === start;
  return attempt(() => process.kill(pid, 0)) ?? false;
}

/** When a process was started, in the system's own unit; undefined where it is not there, or the system does not tell. */
function startOf(pid: number): number | undefined {
  const stat = look(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const behindName = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return behindName && Number(behindName[19]);
}

/** A command outlives a powerlog that was killed, and may still want to mark. */
function isKnownToAnybody(path: string): boolean {
  const processes = look(() => readdirSync('/proc')) ?? [];
  return processes.some(
    (pid) => /^\d+$/.test(pid) && look(() => readFileSync(`/proc/${pid}/environ`).includes(`${path}/`)),
  );
}
