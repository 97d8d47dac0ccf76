import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { SendingThread } from '../../sending/sending-thread.js';
import { topicLevel } from '../messages/topics.js';
import type { MqttMessage, MqttWorkerData } from './messages.js';

/** Where messages go, and what they wait in. */
export interface BrokerPlan extends Omit<MqttWorkerData, 'clientId'> {
  readonly onNotice: (text: string) => void;
}

/** @throws UserError (outputFailed) where there can be no spool */
export function openThread({ onNotice, ...plan }: BrokerPlan): Promise<SendingThread<MqttMessage>> {
  const { folder, limitBytes, target, login, tls } = plan;
  const clientId = `powerlog-${topicLevel(hostname())}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const data: MqttWorkerData = { folder, limitBytes, target, login, tls, clientId };
  return SendingThread.open(join(__dirname, 'mqtt-worker.js'), data, onNotice);
}
