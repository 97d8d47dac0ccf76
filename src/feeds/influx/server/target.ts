import { usageError } from '../../../errors.js';
import type { Unit } from '../lines/line-writer.js';

/** Where lines are sent, as `--influx` says. */
export interface Target {
  /** What to post to, without precision. */
  readonly url: string;
  /** The server, without the path that is written to: what is asked of what kind it is. */
  readonly base: string;
  /** For messages: nothing that might be secret. */
  readonly name: string;
  readonly api: 'v1' | 'v2';
  /** What stamps it keeps, where the URL says so. */
  readonly unit: Unit | null;
  /** The database or bucket. */
  readonly database: string;
}

const usualDatabase = 'powerlog';
const secrets = ['u', 'p', 'user', 'username', 'password', 'token', 'access_token', 'authToken'];
const units: Readonly<Record<string, Unit>> = { ns: 'ns', n: 'ns', ms: 'ms' };
const example = "such as http://localhost:8086, or 'http://localhost:8086/api/v2/write?org=lab&bucket=power'";

/** Whether an address says who asks, which everybody on the machine could read. */
export const holdsSecret = (url: URL): boolean =>
  url.username !== '' || url.password !== '' || secrets.some((name) => url.searchParams.has(name));

/** A name that holds a # would be cut off there, and another database written to. @throws UserError (usage) */
export function refuseFragment(url: URL): void {
  if (url.hash !== '')
    throw usageError(
      'the address of a database has nothing behind a #, which is never sent: leave it out, and write %23 for a # in a name',
    );
}

/** Reads `--influx URL`. @throws UserError (usage) */
export function parseTarget(text: string): Target {
  if (!URL.canParse(text)) throw usageError(`--influx needs a URL, ${example}`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw usageError(
      `${url.protocol}// is not how lines are written; a URL begins with http:// or https://, ${example}`,
    );
  if (holdsSecret(url))
    throw usageError(
      'a password on the command line is seen by everybody on the machine: put USER:PASSWORD, or the token, into POWERLOG_INFLUX_TOKEN or --influx-token-file',
    );
  refuseFragment(url);
  const unit = takeUnit(url);
  const prefix = url.pathname.replace(/\/+$/, '').replace(/(?:\/api\/v2)?\/write$/, '');
  const isStream = url.pathname.includes('/api/live/push');
  const isV2 = /\/api\/v2\/write\/?$/.test(url.pathname) || url.searchParams.has('bucket');
  const databaseKey = isV2 ? 'bucket' : 'db';
  if (!isStream) {
    url.pathname = `${prefix}${isV2 ? '/api/v2/write' : '/write'}`;
    if (!url.searchParams.has(databaseKey)) url.searchParams.set(databaseKey, usualDatabase);
  }
  return {
    url: url.href,
    base: `${url.origin}${isStream ? '' : prefix}`,
    name: `${url.origin}${isStream ? url.pathname : prefix}`,
    api: isV2 ? 'v2' : 'v1',
    unit: unit ?? (isStream ? 'ns' : null), // Grafana's own streams keep ns
    database: url.searchParams.get(databaseKey) ?? '',
  };
}

function takeUnit(url: URL): Unit | null {
  const given = url.searchParams.get('precision');
  if (given === null) return null;
  url.searchParams.delete('precision');
  const unit = Object.hasOwn(units, given) ? units[given] : undefined;
  if (!unit) throw usageError(`precision=${given} is neither ns nor ms: what does the database keep?`);
  return unit;
}

/** What lines with such stamps are posted to. */
export function urlFor({ url, api }: Target, unit: Unit): string {
  const full = new URL(url);
  full.searchParams.set('precision', unit === 'ns' && api === 'v1' ? 'n' : unit);
  return full.href;
}
