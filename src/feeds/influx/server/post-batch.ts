import { errorText, systemErrorCode } from '../../../errors.js';
import { printable } from '../../../text.js';
import { tool } from '../../../tool.js';
import type { Trouble } from '../../sending/trouble.js';
import type { Unit } from '../lines/line-writer.js';
import { type Answer, HttpClient } from './http.js';
import { type Target, urlFor } from './target.js';

/** What became of a batch. */
export type Outcome =
  /** It has it. `isAnew`: over a new connection, so that it may have been another server's, which has forgotten, until just now. */
  | { readonly kind: 'taken'; readonly isAnew: boolean }
  /** It never will: something about this batch is wrong. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It may have been restarted. `retryMs`: when it wants to be asked again, where it says. */
  | (Extract<Trouble, { kind: 'away' }> & { readonly retryMs: number | null })
  | Extract<Trouble, { kind: 'shut' }>;

const timeoutMs = 15_000;
const mostWhy = 200;
const overloaded: readonly number[] = [408, 425, 429];
const wrongBatch: readonly number[] = [400, 413, 415, 422];

/** Sends batches of lines to a server. */
export class BatchPoster {
  readonly #client = new HttpClient();
  readonly #target: Target;
  readonly #authorization: string | null;
  /** Nobody has said that this connection would be closed. */
  #isPlanned = true;

  constructor(target: Target, authorization: string | null) {
    this.#target = target;
    this.#authorization = authorization;
  }

  /** @param body compressed with gzip */
  async post(body: Uint8Array, unit: Unit): Promise<Outcome> {
    let answer: Answer;
    try {
      answer = await this.#client.ask(urlFor(this.#target, unit), {
        method: 'POST',
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'content-encoding': 'gzip',
          'user-agent': `${tool.name}/${tool.version}`,
          ...(this.#authorization === null ? {} : { authorization: this.#authorization }),
        },
        body,
        timeoutMs,
      });
    } catch (error) {
      return { kind: 'away', why: systemErrorCode(error) ?? errorText(error), retryMs: null };
    }
    const isAnew = answer.isNewConnection && !this.#isPlanned;
    this.#isPlanned = answer.headers.connection === 'close';
    if (answer.status >= 200 && answer.status < 300) return { kind: 'taken', isAnew };
    return this.#judged(answer);
  }

  close(): void {
    this.#client.close();
  }

  #judged(answer: Answer): Outcome {
    const { status, headers } = answer;
    const why = `HTTP ${status}${this.#said(answer)}`;
    if (wrongBatch.includes(status)) return { kind: 'refused', why };
    if (status >= 500 || overloaded.includes(status)) {
      const seconds = Number(headers['retry-after'] ?? Number.NaN);
      return { kind: 'away', why, retryMs: seconds >= 0 ? seconds * 1000 : null };
    }
    const { database, api } = this.#target;
    const todo =
      status === 401 || status === 403
        ? `a good token comes from POWERLOG_INFLUX_TOKEN or --influx-token-file${this.#authorization === null ? ', and none was given' : ''}`
        : status === 404 && api === 'v1'
          ? `is there a database ${database}? InfluxDB makes one with CREATE DATABASE ${database}`
          : `is it where lines are written, and is there a ${api === 'v1' ? 'database' : 'bucket'} ${database}?`;
    return { kind: 'shut', why, todo };
  }

  /** What the server has to say of it, in which no token is. */
  #said({ text, headers }: Answer): string {
    const header = headers['x-influxdb-error'];
    const said = (typeof header === 'string' ? header : text).trim().replace(/\s+/g, ' ');
    if (said === '') return '';
    const secret = this.#authorization?.split(' ').at(-1);
    const clean = secret ? said.replaceAll(secret, '…') : said;
    return `: ${printable(clean.length > mostWhy ? `${clean.slice(0, mostWhy)}…` : clean)}`;
  }
}
