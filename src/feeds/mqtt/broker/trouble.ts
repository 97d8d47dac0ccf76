import { errorText, systemErrorCode } from '../../../errors.js';
import { printable } from '../../../text.js';
import type { Trouble } from '../../sending/trouble.js';

/** What became of a message. */
export type Published =
  | { readonly kind: 'taken' }
  /** The connection was over before that was known. */
  | { readonly kind: 'gone' }
  /** It never will be: something about this message is wrong. */
  | { readonly kind: 'refused'; readonly why: string }
  | Trouble;

/** Reason codes of MQTT 5, and the return codes of MQTT 3.1.1. */
const badLogin: readonly number[] = [4, 5, 134, 135, 140];
const otherVersion: readonly number[] = [1, 132];
const banned = 138;
const notAuthorized = 135;
/** Topic name invalid, packet too large, payload format invalid. */
const wrongMessage: readonly number[] = [144, 149, 153];

/** The broker speaks an older version, and said so. */
export const isOtherVersion = (error: unknown): boolean => otherVersion.includes(reasonOf(error));

/** Why there is no connection. @param hasLogin somebody gave a user */
export function connectTrouble(error: unknown, hasLogin: boolean): Trouble {
  const reason = reasonOf(error);
  const why = whyOf(error);
  if (badLogin.includes(reason)) {
    const todo = `a good password comes from POWERLOG_MQTT_PASSWORD or --mqtt-password-file${hasLogin ? '' : ', and none was given'}`;
    return { kind: 'shut', why, todo };
  }
  if (reason === banned) return { kind: 'shut', why, todo: 'ask who runs it' };
  const code = systemErrorCode(error) ?? '';
  if (/ALTNAME/.test(code))
    return { kind: 'shut', why, todo: "the URL should name the broker as the broker's certificate does" };
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code) && !code.startsWith('ERR_SSL'))
    return { kind: 'shut', why, todo: "--mqtt-ca FILE should name who signed the broker's certificate" };
  if (/^ERR_SSL.*ALERT/.test(code))
    return { kind: 'shut', why, todo: 'does it want a certificate? --mqtt-cert FILE and --mqtt-key FILE' };
  if (/^ERR_SSL|^EPROTO/.test(code))
    return {
      kind: 'shut',
      why,
      todo: 'does it speak TLS at this port? Without, the URL begins with mqtt://',
    };
  return { kind: 'away', why };
}

/** Why a message was not taken. */
export function publishTrouble(error: unknown): Published {
  const reason = reasonOf(error);
  const why = whyOf(error);
  if (wrongMessage.includes(reason)) return { kind: 'refused', why };
  if (reason === notAuthorized)
    return { kind: 'shut', why, todo: 'its access list should let this user write there' };
  return { kind: 'away', why };
}

function reasonOf(error: unknown): number {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : 0;
}

const whyOf = (error: unknown): string => printable(systemErrorCode(error) ?? errorText(error));
