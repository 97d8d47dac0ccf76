import { usageError } from '../errors.js';
import { holdsSecret, refuseFragment } from '../feeds/influx/server/target.js';

/** Where a database is, as one that asks it wants to know. */
export interface DatabaseUrl {
  readonly url: string;
  readonly database?: string;
}

/** What a database is written to, but not asked at. */
const writing = /\/(?:influx\/)?(?:api\/v2\/)?write\/?$/;

/**
 * The address of a database, or the one that `--influx` writes to.
 * @throws UserError (usage)
 */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.host === '')
    throw usageError('a database is told by its address, such as http://127.0.0.1:8086');
  if (holdsSecret(url))
    throw usageError(
      'the address of a database holds no name, password or token here: Grafana gets them from its environment',
    );
  refuseFragment(url);
  const database = url.searchParams.get('db') ?? url.searchParams.get('bucket');
  const base = `${url.origin}${url.pathname.replace(writing, '').replace(/\/+$/, '')}`;
  return { url: base, ...(database && { database }) };
}

/**
 * The address of a Prometheus, which names no database.
 * @throws UserError (usage)
 */
export function parsePrometheusUrl(text: string): DatabaseUrl {
  const found = parseDatabaseUrl(text);
  if (new URL(text).search !== '')
    throw usageError(
      'the address of a Prometheus has nothing behind a ?, which Grafana would not ask with: give it alone, such as http://127.0.0.1:9090',
    );
  return found;
}
