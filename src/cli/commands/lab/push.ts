import { Command } from 'commander';
import { ExitCode, usageError } from '../../../errors.js';
import type { Tag } from '../../../feeds/influx/lines/tags.js';
import type { Destination } from '../../../feeds/influx/push/delivery.js';
import type { Target } from '../../../feeds/influx/server/target.js';
import { type MapOptions, railMapFrom } from '../../../session/map/map-choice.js';
import { plural } from '../../../units.js';
import { forEachInput } from '../../batch.js';
import { influxOption, influxRateOption, tagOption, tokenFileOption } from '../../feeds/influx.js';
import type { PlannedLines } from '../../feeds/influx-plan.js';
import { brokerOptions, type MqttOptions } from '../../feeds/mqtt.js';
import { columnsOption, mapOption, quietOption, slotFeedOption, slotOption } from '../../options.js';

interface PushOptions extends MapOptions, MqttOptions {
  readonly influx?: Target;
  readonly influxRate?: number;
  readonly influxTokenFile?: string;
  readonly tag?: readonly Tag[];
  readonly columns: string;
  readonly quiet?: boolean;
}

const help = `
A capture becomes the same points that \`record --influx\` writes while it is made, with the same board, host and run; a spool is
what such a recording could not send. To do it twice, or behind a recording that had sent a part, changes nothing, as long as
--influx-rate and --columns are the same. An input that cannot be sent is told, and the others go on.

Examples:
  $ powerlog push run.plog --influx http://localhost:8086
  $ powerlog push run.spool --influx http://localhost:8086                  what was left when the network was away
  $ powerlog push run.mqtt-spool --mqtt mqtt://broker.lab                   what --mqtt could not send
  $ powerlog push *.plog --influx http://localhost:8428 --influx-rate 50    VictoriaMetrics
  $ powerlog push run.desk.plog --tag board=desk --influx 'https://db.lab:8086/api/v2/write?org=lab&bucket=power'`;

export function pushCommand(): Command {
  const command = new Command('push')
    .description(
      'Send captures, or what a recording could not send, to a database; or the latter to a broker',
    )
    .argument('<file...>', 'captures (.plog), and spools (folders)')
    .addOption(influxOption())
    .addOption(influxRateOption())
    .addOption(tokenFileOption())
    .addOption(tagOption(true))
    .addOption(columnsOption().default('power'))
    .addOption(mapOption())
    .addOption(slotOption())
    .addOption(slotFeedOption())
    .addOption(quietOption());
  return brokerOptions()
    .reduce((grown, option) => grown.addOption(option), command)
    .addHelpText('after', help)
    .action(push);
}

async function push(inputs: readonly string[], options: PushOptions): Promise<void> {
  const { influx: target, influxRate: meansHz = null, tag: tags = [], columns } = options;
  const { notice } = await import('../../terminal/notices.js');
  const tell = options.quiet ? () => {} : notice;
  if ((target === undefined) === (options.mqtt === undefined))
    throw usageError('push where to? Give --influx URL, or for what --mqtt left --mqtt URL');
  if (!target) return (await import('../../feeds/mqtt-push.js')).pushToBroker(inputs, options, tell);
  const { planLines } = await import('../../feeds/influx-plan.js');
  const planned = await planLines(
    { target, meansHz, gridHz: null, tags, columns, tokenFile: options.influxTokenFile },
    tell,
  );
  const destination = { target, authorization: planned.authorization, onNotice: tell };
  await forEachInput(inputs, async (input) => {
    const lines = await pushOne(input, options, planned, destination);
    tell(`${plural(lines, 'line')} of ${input} are at ${target.name}`);
    return ExitCode.done;
  });
}

async function pushOne(
  input: string,
  options: PushOptions,
  { plan, kind }: PlannedLines,
  destination: Destination,
): Promise<number> {
  const [{ isSpool }, { pushCapture, pushSpool }] = await Promise.all([
    import('../../../feeds/spool/folder.js'),
    import('../../../feeds/influx/push/push.js'),
  ]);
  if (isSpool(input)) return pushSpool(input, kind, destination);
  const { openRecorded } = await import('../../../source/recorded.js');
  const source = await openRecorded(input, null);
  try {
    if (!('reader' in source)) throw new Error('a dump of frames, which nobody asked for');
    return await pushCapture(source, await railMapFrom(options, source.facts.map), plan, destination);
  } finally {
    await source.close();
  }
}
