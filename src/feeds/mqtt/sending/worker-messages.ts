import type { ExitCode } from '../../../errors.js';
import type { MqttLogin, MqttTls } from '../broker/login.js';
import type { MqttTarget } from '../broker/target.js';
import type { SendingState } from './outbox.js';

export interface MqttWorkerData {
  readonly folder: string;
  readonly limitBytes: number;
  readonly target: MqttTarget;
  readonly login: MqttLogin | null;
  readonly tls: MqttTls;
  readonly clientId: string;
}

export type ToMqttWorker =
  /** One more connection; the first is the one that messages go through. `will`: the topic that tells when it is gone. */
  | { readonly type: 'connect'; readonly will: string | null }
  | {
      readonly type: 'retain';
      /** From 0, in the order of the connections. */
      readonly connection: number;
      readonly topic: string;
      readonly payload: string;
      readonly qos: 0 | 1;
    }
  | { readonly type: 'message'; readonly topic: string; readonly payload: string }
  | { readonly type: 'settle'; readonly graceMs: number }
  | { readonly type: 'close' };

export type FromMqttWorker =
  /** The spool is open. `left`: messages that an earlier recording left there. */
  | { readonly type: 'ready'; readonly left: number }
  | { readonly type: 'failed'; readonly message: string; readonly exitCode: ExitCode | null }
  | { readonly type: 'notice'; readonly text: string }
  /** A message is in the spool, or lost. */
  | { readonly type: 'kept'; readonly bytes: number }
  /** `trouble`: why nothing arrives; null where it does. */
  | { readonly type: 'settled'; readonly state: SendingState; readonly trouble: string | null };
