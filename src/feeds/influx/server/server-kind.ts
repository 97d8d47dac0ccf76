import { errorText, systemErrorCode } from '../../../errors.js';
import type { Unit } from '../lines/line-writer.js';
import { type Answer, HttpClient } from './http.js';
import type { Target } from './target.js';

/** What is known of a server. */
export interface ServerKind {
  /** What stamps it keeps; null where that is not known. */
  readonly unit: Unit | null;
  /** What it is, for messages. */
  readonly name: string;
  /** Why nobody answered; null where somebody did. */
  readonly failure: string | null;
}

const timeoutMs = 2000;

/**
 * Asks a server what it is. InfluxDB and those that speak as it does say their version at `/ping`; VictoriaMetrics answers there too
 * and names its host; what has the API of Prometheus keeps milliseconds.
 */
export async function askKind({ base }: Target, authorization: string | null): Promise<ServerKind> {
  const client = new HttpClient();
  const headers = authorization === null ? {} : { authorization };
  const ask = (path: string): Promise<Answer> =>
    client.ask(`${base}${path}`, { method: 'GET', headers, timeoutMs });
  try {
    const ping = await ask('/ping');
    if ('x-server-hostname' in ping.headers) return known('ms', 'VictoriaMetrics');
    const version = ping.headers['x-influxdb-version'];
    if (typeof version === 'string') return known('ns', 'InfluxDB');
    const info = await ask('/api/v1/status/buildinfo');
    if ('x-server-hostname' in info.headers) return known('ms', 'VictoriaMetrics');
    if (info.status === 200 && /^\s*\{\s*"status"\s*:\s*"success"/.test(info.text))
      return known('ms', 'a database of the Prometheus kind');
    return { unit: null, name: 'it', failure: null };
  } catch (error) {
    return { unit: null, name: 'it', failure: systemErrorCode(error) ?? errorText(error) };
  } finally {
    client.close();
  }
}

const known = (unit: Unit, name: string): ServerKind => ({ unit, name, failure: null });
