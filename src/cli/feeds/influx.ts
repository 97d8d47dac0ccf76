import { Option } from 'commander';
import { usageError } from '../../errors.js';
import { parseTag, type Tag } from '../../feeds/influx/lines/tags.js';
import { parseTarget, type Target } from '../../feeds/influx/server/target.js';
import { parseRateHz } from '../../units.js';
import { checked } from '../options.js';
import type { Feed, FeedPlan } from './feed.js';
import type { SpoolOption } from './spool-option.js';

export interface InfluxOptions {
  readonly influx?: Target;
  readonly influxRate?: number;
  readonly influxTokenFile?: string;
  readonly tag?: readonly Tag[];
}

export const influxOption = () =>
  new Option(
    '--influx <url>',
    'write it to InfluxDB, VictoriaMetrics, QuestDB, Telegraf, …, such as http://localhost:8086',
  ).argParser(checked(parseTarget));

export const influxRateOption = () =>
  new Option(
    '--influx-rate <hz>',
    'means, with the least and the most, of so many intervals a second instead of every sample',
  ).argParser(checked(parseRateHz));

export const tokenFileOption = () =>
  new Option(
    '--influx-token-file <file>',
    'the token, or USER:PASSWORD; POWERLOG_INFLUX_TOKEN may hold it too',
  );

/** @param mayNameBoard as `parseTag` has it */
export const tagOption = (mayNameBoard = false) =>
  new Option(
    '--tag <k=v>',
    'one more tag on all points of the database, or another run or host; repeatable',
  ).argParser((text: string, before: readonly Tag[] = []) => [
    ...before,
    checked((each: string) => parseTag(each, mayNameBoard))(text),
  ]);

export const influxOptions = (): Option[] => [
  influxOption(),
  influxRateOption(),
  tokenFileOption(),
  tagOption(),
];

/** @throws UserError (usage) for what is wrong with the options; (outputFailed) where there can be no spool */
export async function openInflux(options: InfluxOptions & SpoolOption, plan: FeedPlan): Promise<Feed | null> {
  const { influx: target, influxRate: meansHz = null, tag: tags = [], spoolLimit: limitBytes } = options;
  if (!target) {
    refuseWithoutUrl(options);
    return null;
  }
  const { planLines } = await import('./influx-plan.js');
  const { authorization, plan: lines } = await planLines(
    { target, meansHz, gridHz: plan.rateHz, tags, columns: plan.columns, tokenFile: options.influxTokenFile },
    plan.onNotice,
  );
  const [{ InfluxFeed }, { spoolFolder }] = await Promise.all([
    import('../../feeds/influx/sending/influx-feed.js'),
    import('../../feeds/spool/place.js'),
  ]);
  return InfluxFeed.open({
    ...lines,
    ...{ target, authorization, limitBytes, folder: spoolFolder(plan, 'spool'), onNotice: plan.onNotice },
  });
}

/** @throws UserError (usage) for what would be said to nobody */
function refuseWithoutUrl({ influxRate, influxTokenFile, tag }: InfluxOptions): void {
  const given = { '--influx-rate': influxRate, '--influx-token-file': influxTokenFile, '--tag': tag };
  const [option] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (option !== undefined) throw usageError(`${option} is about a database: give --influx URL too`);
}
