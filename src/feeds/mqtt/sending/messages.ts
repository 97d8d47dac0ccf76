import type { SpoolPlan } from '../../sending/serve-sending.js';
import type { MqttLogin, MqttTls } from '../broker/login.js';
import type { MqttTarget } from '../broker/target.js';

export interface MqttWorkerData extends SpoolPlan {
  readonly target: MqttTarget;
  readonly login: MqttLogin | null;
  readonly tls: MqttTls;
  readonly clientId: string;
}

/** What the thread is told of its own. */
export type MqttMessage =
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
  | { readonly type: 'message'; readonly topic: string; readonly payload: string };
