import { usageError } from '../../../errors.js';
import { checkedTopic } from '../messages/topics.js';

/** The broker, and where in its topics, as `--mqtt` says. */
export interface MqttTarget {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string | null;
  /** What every topic begins with. */
  readonly prefix: string;
  /** What Home Assistant is told below; null where it isn't. */
  readonly discovery: string | null;
  /** For messages: nothing that might be secret. */
  readonly name: string;
}

const usualPrefix = 'powerlog';
export const usualDiscovery = 'homeassistant';
const usualPorts = { 'mqtt:': 1883, 'mqtts:': 8883 } as const;
const example = 'such as mqtt://broker.lab, mqtts://bench@broker.lab:8883 or mqtt://broker.lab/lab/power';

/** Reads `--mqtt URL`. @throws UserError (usage) */
export function parseMqttTarget(text: string): MqttTarget {
  if (!URL.canParse(text)) throw usageError(`'${withoutPassword(text)}' is not a URL, ${example}`);
  const url = new URL(text);
  const { protocol } = url;
  if (url.password !== '')
    throw usageError(
      'a password on the command line is seen by everybody on the machine: put it into POWERLOG_MQTT_PASSWORD or --mqtt-password-file; the user may stay in the URL',
    );
  if (protocol !== 'mqtt:' && protocol !== 'mqtts:')
    throw usageError(`a broker's URL begins with mqtt:// or, with TLS, mqtts://, ${example}`);
  if (url.hostname === '') throw usageError(`'${text}' names no broker; expected one, ${example}`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? usualPorts[protocol] : Number(url.port);
  const path = decoded(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    ...{ isSecure: protocol === 'mqtts:', host, port },
    user: url.username === '' ? null : decoded(url.username),
    prefix: path === '' ? usualPrefix : checkedTopic(path),
    discovery: discoveryFrom(url),
    name: `${protocol}//${url.hostname}:${port}`,
  };
}

function discoveryFrom({ searchParams, hash }: URL): string | null {
  const other = [...searchParams.keys()].find((key) => key !== 'discovery');
  if (other !== undefined || hash !== '')
    throw usageError(
      `'${other ?? hash}' in the broker's URL means nothing; only ?discovery and ?discovery=PREFIX do`,
    );
  const given = searchParams.get('discovery');
  return given === null ? null : checkedTopic(given === '' ? usualDiscovery : given);
}

/** What stands before an @ may hold one, even where the whole is no URL. */
const withoutPassword = (text: string): string => text.replace(/^.*@/, '…@');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw usageError(`'${text}' in the broker's URL is not encoded as a URL's parts are; % is written %25`);
  }
}
