import { Option } from 'commander';
import { errorText, usageError } from '../../errors.js';
import { readSecret, type SecretPlaces, token } from '../../feeds/secret.js';
import {
  authority,
  isLoopback,
  type Place,
  parseListen,
  Token,
  tokenPattern,
} from '../../publish/server/access.js';
import { checked } from '../options.js';
import type { Feed, FeedPlan } from './feed.js';

/** Options of what Prometheus asks. */
export interface MetricsOptions {
  /** True: where nobody said another place. */
  readonly metrics?: Place | true;
  readonly metricsTokenFile?: string;
}

/** A port of its own, so that a scraper's configuration need not change from start to start. */
const metricsPlace: Place = { host: '127.0.0.1', port: 10_177 };

const variable = 'POWERLOG_METRICS_TOKEN';
const option = '--metrics-token-file';
/** Shorter ones can be guessed. */
const leastCharacters = 16;

export const metricsOptions = (): Option[] => [
  new Option(
    '--metrics [host:port]',
    `serve /metrics for Prometheus, at ${authority(metricsPlace.host, metricsPlace.port)}; at another address other machines can ask, with a token`,
  ).argParser(checked(parseListen)),
  new Option(`${option} <file>`, `what scrapers have to know (or ${variable} in the environment)`),
];

/** @throws UserError (usage; outputFailed where nothing can listen there) */
export async function openMetrics(options: MetricsOptions, { onNotice }: FeedPlan): Promise<Feed | null> {
  const access = metricsAccess(options);
  if (!access) return null;
  const { MetricsServer } = await import('../../feeds/metrics/metrics-server.js');
  const server = await MetricsServer.open(access.place, access.token);
  return {
    name: 'Prometheus',
    sinkOf: (track) => server.sinkOf(track),
    begin: (recording) => {
      server.begin(recording);
      onNotice(`metrics are at ${server.url}`);
    },
    settle: async () => [],
    close: async () => server.close(),
  };
}

/** Where metrics are served, and to whom. @throws UserError (usage) */
function metricsAccess({ metrics, metricsTokenFile }: MetricsOptions): Access | null {
  if (metrics !== undefined)
    return accessTo(
      metrics === true ? metricsPlace : metrics,
      { option, path: metricsTokenFile },
      '--metrics',
    );
  if (metricsTokenFile === undefined) return null;
  throw usageError(`${option} is about what --metrics serves: give --metrics [HOST:PORT] too`);
}

interface Access {
  readonly place: Place;
  /** Null: whoever reaches the place may ask. */
  readonly token: Token | null;
}

/**
 * Where metrics are served, and to whom, as a configuration says it.
 * @param where it stands there
 * @throws UserError (usage)
 */
export function accessFor(at: string, tokenFile: string | undefined, where: string): Access {
  let place: Place;
  try {
    place = parseListen(at);
  } catch (error) {
    throw usageError(`${where}.at: ${errorText(error)}`);
  }
  return accessTo(place, { option: `${where}.token_file`, path: tokenFile }, `${where}.at`);
}

function accessTo(place: Place, given: Omit<SecretPlaces, 'variable'>, where: string): Access {
  const text = readSecret({ variable, ...given }, token);
  if (text === null) {
    if (isLoopback(place)) return { place, token: null };
    throw usageError(
      `${where} ${authority(place.host, place.port)}: other machines can reach that, so scrapers have to know a token: put one into a file (openssl rand -hex 32 > token), and name it with ${given.option} or in ${variable}`,
    );
  }
  if (text.length < leastCharacters || !new RegExp(`^${tokenPattern}$`).test(text))
    throw usageError(
      `the token of ${where} is not one: expected at least ${leastCharacters} letters, digits or -._~+/, such as openssl rand -hex 32 gives`,
    );
  return { place, token: new Token(text) };
}
