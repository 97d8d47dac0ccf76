import { fchownSync, fstatSync, type Stats } from 'node:fs';

/**
 * Gives an open file the owner and the group of another, in whose place or beside which it will be. Only root may give files
 * away: of anybody else it stays theirs.
 * @throws where root cannot
 */
export function takeOwner(fd: number, { uid, gid }: Pick<Stats, 'uid' | 'gid'>): void {
  const made = fstatSync(fd);
  if (made.uid === uid && made.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    if (process.getuid?.() === 0) throw error;
  }
}
