import { Option } from 'commander';
import { usageError } from '../../errors.js';
import { type MqttTarget, parseMqttTarget, usualDiscovery } from '../../feeds/mqtt/broker/target.js';
import { checkedTopic } from '../../feeds/mqtt/messages/topics.js';
import type { BrokerPlan } from '../../feeds/mqtt/sending/open-thread.js';
import { parseDurationMs } from '../../units.js';
import { checked } from '../options.js';
import type { Feed, FeedPlan } from './feed.js';
import type { SpoolOption } from './spool-option.js';

export interface MqttOptions {
  readonly mqtt?: MqttTarget;
  readonly mqttInterval?: number;
  readonly mqttDiscovery?: string | true;
  readonly mqttPasswordFile?: string;
  readonly mqttCa?: string;
  readonly mqttCert?: string;
  readonly mqttKey?: string;
}

const usualIntervalMs = 1000;
const allowedMs = { least: 10, most: 3600e3 };

const mqttOption = () =>
  new Option(
    '--mqtt <url>',
    'tell an MQTT broker, such as mqtt://broker.lab or mqtts://USER@broker.lab/PREFIX',
  ).argParser(parseMqttTarget); // not `checked`: commander would print the URL, and a password with it

/** How a broker is reached, and who says that it is us. */
export const brokerOptions = (): Option[] => [
  mqttOption(),
  new Option(
    '--mqtt-password-file <file>',
    'the password, or USER:PASSWORD; POWERLOG_MQTT_PASSWORD may hold it too',
  ),
  new Option('--mqtt-ca <file>', "who signed the broker's certificate (PEM), where the system does not know"),
  new Option('--mqtt-cert <file>', 'a certificate to show the broker (PEM)'),
  new Option('--mqtt-key <file>', 'its key, where that is not in the same file'),
];

export const mqttOptions = (): Option[] => [
  ...brokerOptions(),
  new Option('--mqtt-interval <time>', 'one message for so long, 1s where nothing is said').argParser(
    checked(parseIntervalMs),
  ),
  new Option(
    '--mqtt-discovery [prefix]',
    `let Home Assistant find the board; ${usualDiscovery} is what it listens to where nobody changed it`,
  ).argParser(checked(checkedTopic)),
];

function parseIntervalMs(text: string): number {
  const ms = parseDurationMs(text);
  if (!(ms >= allowedMs.least && ms <= allowedMs.most))
    throw usageError(`'${text}' is no interval between messages: from 10ms to 1h, such as 10s`);
  return ms;
}

/** Which broker, and what it is shown. @throws UserError (usage) */
export async function brokerFrom(
  options: MqttOptions,
): Promise<Pick<BrokerPlan, 'target' | 'login' | 'tls'>> {
  const { mqtt: target, mqttPasswordFile, mqttCa: ca, mqttCert: cert, mqttKey: key } = options;
  if (!target) throw usageError('which broker? Give --mqtt URL');
  const { readLogin, readTls } = await import('../../feeds/mqtt/broker/login.js');
  return { target, login: readLogin(target, mqttPasswordFile), tls: readTls(target, { ca, cert, key }) };
}

/** @throws UserError (usage) for what is wrong with the options; (outputFailed) where there can be no spool */
export async function openMqtt(options: MqttOptions & SpoolOption, plan: FeedPlan): Promise<Feed | null> {
  const { mqtt, mqttInterval = usualIntervalMs, mqttDiscovery, spoolLimit: limitBytes } = options;
  if (!mqtt) {
    refuseWithoutUrl(options);
    return null;
  }
  const discovery = mqttDiscovery === true ? usualDiscovery : (mqttDiscovery ?? mqtt.discovery);
  const broker = await brokerFrom({ ...options, mqtt: { ...mqtt, discovery } });
  const [{ MqttFeed }, { spoolFolder }] = await Promise.all([
    import('../../feeds/mqtt/sending/mqtt-feed.js'),
    import('../../feeds/spool/place.js'),
  ]);
  const { columns, onNotice } = plan;
  const folder = spoolFolder(plan, 'mqtt-spool');
  const intervalUs = mqttInterval * 1000;
  return MqttFeed.open({ ...broker, columns, intervalUs, limitBytes, folder, onNotice });
}

/** @throws UserError (usage) for what would be said to nobody */
function refuseWithoutUrl(options: MqttOptions): void {
  const given = {
    '--mqtt-interval': options.mqttInterval,
    '--mqtt-discovery': options.mqttDiscovery,
    '--mqtt-password-file': options.mqttPasswordFile,
    '--mqtt-ca': options.mqttCa,
    '--mqtt-cert': options.mqttCert,
    '--mqtt-key': options.mqttKey,
  };
  const [option] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (option !== undefined) throw usageError(`${option} is about a broker: give --mqtt URL too`);
}
