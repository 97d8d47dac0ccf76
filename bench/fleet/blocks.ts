import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a folder's files take of the disk, all together. */
export function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const facts = statSync(join(folder, name));
    return sum + (facts.isFile() ? facts.size : 0);
  }, 0);
}

export interface Stored {
  readonly points: number;
  readonly bytes: number;
}

const tenant = 'default-tenant';

/** What the blocks of a node hold, by their own account, and how large they are. */
export function blocksOf(nodeFolder: string): Stored {
  const folder = join(nodeFolder, tenant);
  const blocks = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'meta.json')));
  const sizes = blocks.map((name) => {
    const meta = JSON.parse(readFileSync(join(folder, name, 'meta.json'), 'utf8')) as {
      stats: { numSamples?: number };
    };
    return { points: meta.stats.numSamples ?? 0, bytes: bytesIn(join(folder, name)) };
  });
  return {
    points: sizes.reduce((sum, { points }) => sum + points, 0),
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** What lies before the blocks: the logs of what came in order, and late. */
export const logBytes = (nodeFolder: string): number =>
  bytesIn(join(nodeFolder, tenant, 'wal')) + bytesIn(join(nodeFolder, tenant, 'wbl'));

/** The log of what came out of order alone. */
export const lateBytes = (nodeFolder: string): number => bytesIn(join(nodeFolder, tenant, 'wbl'));
