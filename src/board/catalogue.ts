import type { MakersBoard } from './board.js';
import { benchlab, benchlab2 } from './tables/benchlab.js';
import { pmd2, pmd2x } from './tables/pmd2.js';
import { wireview } from './tables/wireview.js';

/** Every product powerlog speaks with: its tables, oldest firmware first. */
const products: readonly (readonly MakersBoard[])[] = [benchlab, benchlab2, pmd2, pmd2x, wireview];

/** Every table there is. */
export const boards: readonly MakersBoard[] = products.flat();

/** The names of the products, for `--board`. */
export const boardIds: readonly string[] = products.map(([board]) => board!.id);

/**
 * The table for a product's firmware: its own, or that of the next older one; the oldest for what is older still. The newest where
 * no firmware is given. Undefined for a product that is not known.
 */
export function boardFor(id: string, firmware?: number | null): MakersBoard | undefined {
  const tables = boards.filter((board) => board.id === id);
  return firmware == null
    ? tables.at(-1)
    : (tables.findLast((each) => each.firmware <= firmware) ?? tables[0]);
}

/** As `boardFor`, by what a board says of itself. */
export function boardByVendor(
  vendorId: number,
  productId: number,
  firmware: number,
): MakersBoard | undefined {
  const known = boards.find((board) => board.vendorId === vendorId && board.productId === productId);
  return known && boardFor(known.id, firmware);
}

/** Whether a firmware came out after the newest table for its product, so that its frames may read otherwise. */
export function isNewerThanKnown(id: string, firmware: number | null): boolean {
  const newest = boardFor(id);
  return firmware !== null && newest !== undefined && !newest.anyFirmware && firmware > newest.firmware;
}

/** A board's firmware, where there is no table for it. */
export const unprovenFirmware = ({
  id,
  firmware,
}: {
  readonly id: string;
  readonly firmware: number | null;
}): number | null => (isNewerThanKnown(id, firmware) ? firmware : null);
