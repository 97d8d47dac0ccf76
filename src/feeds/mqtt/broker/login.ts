import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { errorText, systemErrorCode, usageError } from '../../../errors.js';
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
export interface MqttFiles {
  readonly passwordFile?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const variable = 'POWERLOG_MQTT_PASSWORD';
const mostBytes = { password: 4096, pem: 1_000_000 };

/**
 * The password, or where the URL names no user `USER:PASSWORD`: from the file, or else from the environment; null where nobody
 * is named. What it is stands in no message.
 * @throws UserError (usage) where it can't be read
 */
export function readLogin({ user }: Pick<MqttTarget, 'user'>, path: string | undefined): MqttLogin | null {
  const where = path === undefined ? variable : `--mqtt-password-file ${path}`;
  const text =
    path === undefined ? process.env[variable] : readText('--mqtt-password-file', path, mostBytes.password);
  const secret = text?.replace(/\r?\n$/, '') ?? '';
  if (secret === '') {
    if (path !== undefined) throw usageError(`${where} is empty; it should hold the password`);
    return user === null ? null : { user, password: null };
  }
  if (/\p{Cc}/u.test(secret))
    throw usageError(`${where} holds no password: one line without control characters was expected`);
  if (user !== null) return { user, password: secret };
  const colon = secret.indexOf(':');
  if (colon < 1)
    throw usageError(
      `${where} names no user: put USER:PASSWORD there, or the user into the URL, as in mqtt://USER@broker`,
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
    return found && readText(option, found.path, mostBytes.pem);
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

function readText(option: string, path: string, most: number): string {
  try {
    if (statSync(path).size > most) throw usageError(`${option} ${path} is too large for what it should be`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw usageError(`${option} ${path} cannot be read: ${code}`);
  }
}
