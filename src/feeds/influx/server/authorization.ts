import type { Target } from './target.js';

/** The `Authorization` header. With a colon it is a user and a password, as every version of InfluxDB takes them. */
export function authorization(token: string | null, { api }: Pick<Target, 'api'>): string | null {
  if (token === null) return null;
  if (api === 'v2') return `Token ${token}`;
  return token.includes(':') ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}`;
}
