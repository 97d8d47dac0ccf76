import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { usageError } from '../../errors.js';

/** Where a server listens. */
export interface Place {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** This machine's programs, and nobody else. */
export const loopback: Place = { host: '127.0.0.1', port: 0 };

/** Reads `--listen HOST:PORT`; an IPv6 address stands in brackets. @throws UserError (usage) */
export function parseListen(text: string): Place {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    throw usageError(
      `'${text}' is not a place to listen at: a host and a port, such as 0.0.0.0:8080 or [::]:0`,
    );
  return { host, port };
}

export const isLoopback = ({ host }: Place): boolean =>
  host === '::1' || host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** What a token that stands behind `Bearer` may be made of (RFC 6750). */
export const tokenPattern = '[\\w.~+/-]+=*';

/** What a caller has to know: 256 random bits, new at each start, where it is not given. */
export class Token {
  readonly #digest: Buffer;

  constructor(readonly text = randomBytes(32).toString('base64url')) {
    this.#digest = digestOf(text);
  }

  /** In a time that tells nothing of the token. */
  is(given: string): boolean {
    return timingSafeEqual(digestOf(given), this.#digest);
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** `host:port` as addresses and the Host header have it. */
export const authority = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/**
 * The names under which a page may be asked for. Any other is somebody else's, which a name server was made to point at this machine
 * (DNS rebinding), and gets nothing. Where all addresses are listened at, this machine's own name is good in every domain: which others
 * know it by is not known here, and what is worth something needs the token, which no foreign page has.
 */
export class KnownHosts {
  readonly #known: ReadonlySet<string>;
  /** What the machine's name in a domain looks like; null where it is not listened for. */
  readonly #ownName: RegExp | null;

  constructor({ host }: Place, port: number) {
    const names = ['127.0.0.1', 'localhost', host, ...(isAny(host) ? ownNames() : [])];
    const known = names.map((name) => authority(name.toLowerCase(), port));
    // A browser leaves out the port that `http` stands for.
    if (port === 80) known.push(...names.map((name) => name.toLowerCase()));
    this.#known = new Set(known);
    const [label = ''] = hostname().toLowerCase().split('.');
    const tail = port === 80 ? '(:80)?' : `:${port}`;
    this.#ownName =
      isAny(host) && /^[\w-]+$/.test(label) ? new RegExp(`^${label}(\\.[\\w-]+)*${tail}$`) : null;
  }

  has(host: string | undefined): boolean {
    if (host === undefined || host.length > mostHostLength) return false;
    const name = host.toLowerCase();
    return this.#known.has(name) || this.#ownName?.test(name) === true;
  }

  /** Whether a browser's page may open a stream: only one that came from here. Programs that are no browser name none. */
  hasOrigin(origin: string | undefined): boolean {
    return origin === undefined || (origin.startsWith('http://') && this.has(origin.slice('http://'.length)));
  }
}

/** Of a name and a port, as the domain name system knows them. */
const mostHostLength = 260;

const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** What other machines call this one. */
const ownNames = (): string[] => [
  hostname(),
  ...Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
];
