import { ExitCode, inputError } from '../../errors.js';
import { plural } from '../../units.js';
import { forEachInput } from '../batch.js';
import { brokerFrom, type MqttOptions } from './mqtt.js';

/** As large as it has to be: nothing is added. */
const limitBytes = Number.MAX_SAFE_INTEGER;

/** Sends spools of messages. @throws UserError (usage) */
export async function pushToBroker(
  folders: readonly string[],
  options: MqttOptions,
  onNotice: (text: string) => void,
): Promise<void> {
  const broker = await brokerFrom(options);
  const [{ isSpool }, { pushMessages }] = await Promise.all([
    import('../../feeds/spool/folder.js'),
    import('../../feeds/mqtt/sending/push-messages.js'),
  ]);
  await forEachInput(folders, async (folder) => {
    if (!isSpool(folder))
      throw inputError(
        `${folder} is no spool; what a recording with --mqtt could not send is a folder such as run.mqtt-spool`,
      );
    const messages = await pushMessages({ ...broker, folder, limitBytes, onNotice });
    onNotice(`${plural(messages, 'message')} of ${folder} are at ${broker.target.name}`);
    return ExitCode.done;
  });
}
