import type { Database } from './begun.js';
import type { Fleet } from './fleet.js';
import type { Now } from './now.js';

/** One way in which powerlog's numbers lie in a database, and what it is asked there. */
export interface Kind extends Database {
  /** Where it listens unless told otherwise. */
  readonly port: number;
  readonly now: Now;
  readonly fleet: Fleet;
}
