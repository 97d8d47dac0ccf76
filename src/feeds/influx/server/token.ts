import { readFileSync, statSync } from 'node:fs';
import { systemErrorCode, usageError } from '../../../errors.js';
import type { Target } from './target.js';

const variable = 'POWERLOG_INFLUX_TOKEN';
const mostBytes = 16_384;

/**
 * The token, or `USER:PASSWORD`: from the file, or else from the environment; null where there is none.
 * @throws UserError (usage) where it can't be read, or can be no header
 */
export function readToken(path: string | undefined): string | null {
  const text = path === undefined ? process.env[variable] : tokenFile(path);
  if (text === undefined || text.trim() === '') {
    if (path !== undefined)
      throw usageError(`--influx-token-file ${path} is empty; it should hold the token`);
    return null;
  }
  const token = text.trim();
  if (!/^[\x20-\x7e]+$/.test(token))
    throw usageError(`${path ?? variable} holds no token: one line of printable ASCII was expected`);
  return token;
}

function tokenFile(path: string): string {
  try {
    if (statSync(path).size > mostBytes)
      throw usageError(`--influx-token-file ${path} is too large for a token`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw usageError(`--influx-token-file ${path} cannot be read: ${code}`);
  }
}

/** The `Authorization` header. With a colon it is a user and a password, as every version of InfluxDB takes them. */
export function authorization(token: string | null, { api }: Pick<Target, 'api'>): string | null {
  if (token === null) return null;
  if (api === 'v2') return `Token ${token}`;
  return token.includes(':') ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}`;
}
