import { createSecureContext } from 'node:tls';
import { errorText, usageError } from '../../../errors.js';
import { readSecret, readTextFile, type SecretKind } from '../../secret.js';
import type { MqttTarget } from './target.js';

/** Who says that it is us. */
export interface MqttLogin {
  readonly user: string;
  readonly password: string | null;
}

/** PEM texts; absent where Node's usual ones serve. */
export interface MqttTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Files that the command line names. */
interface MqttFiles {
  readonly passwordFile?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const variable = 'POWERLOG_MQTT_PASSWORD';
const passwordOption = '--mqtt-password-file';
const mostPemBytes = 1_000_000;

const password: SecretKind = {
  name: 'password',
  pattern: /^\P{Cc}+$/u,
  expected: 'one line without control characters',
};

/**
 * The password, or where the URL names no user `USER:PASSWORD`: from the file, or else from the environment; null where nobody
 * is named. What it is stands in no message.
 * @throws UserError (usage) where it can't be read
 */
export function readLogin({ user }: Pick<MqttTarget, 'user'>, path: string | undefined): MqttLogin | null {
  const secret = readSecret({ variable, option: passwordOption, path }, password);
  if (secret === null) return user === null ? null : { user, password: null };
  if (user !== null) return { user, password: secret };
  const colon = secret.indexOf(':');
  if (colon < 1)
    throw usageError(
      `${path === undefined ? variable : `${passwordOption} ${path}`} names no user: put USER:PASSWORD there, or the user into the URL, as in mqtt://USER@broker`,
    );
  return { user: secret.slice(0, colon), password: secret.slice(colon + 1) };
}

/** @throws UserError (usage) where a file can't be read, or is not what it should be */
export function readTls({ isSecure }: Pick<MqttTarget, 'isSecure'>, { ca, cert, key }: MqttFiles): MqttTls {
  const named = Object.entries({ '--mqtt-ca': ca, '--mqtt-cert': cert, '--mqtt-key': key }).flatMap(
    ([option, path]) => (path === undefined ? [] : [{ option, path }]),
  );
  if (named.length === 0) return {};
  if (!isSecure) throw usageError(`${named[0]!.option} is about TLS: the URL should begin with mqtts://`);
  if (key !== undefined && cert === undefined)
    throw usageError('--mqtt-key is the key of a certificate: give --mqtt-cert FILE too');
  const textOf = (option: string) => {
    const found = named.find((each) => each.option === option);
    return found && readTextFile(option, found.path, mostPemBytes);
  };
  const [caText, certText] = [textOf('--mqtt-ca'), textOf('--mqtt-cert')];
  const keyText = textOf('--mqtt-key') ?? certText; // one file may hold both
  const tls = {
    ...(caText !== undefined && { ca: caText }),
    ...(certText !== undefined && { cert: certText }),
    ...(keyText !== undefined && { key: keyText }),
  };
  if (caText !== undefined && !caText.includes('-----BEGIN CERTIFICATE-----'))
    throw usageError(`--mqtt-ca ${ca} holds no certificate; one in PEM was expected`);
  try {
    createSecureContext(tls);
  } catch (error) {
    const files = named.map(({ path }) => path).join(', ');
    throw usageError(`${files}: not a certificate and its key in PEM (${errorText(error)})`);
  }
  return tls;
}
