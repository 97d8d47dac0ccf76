import { dirname } from 'node:path';
import { Command } from 'commander';
import type { AgentFeed } from '../../../agent/run.js';
import { UserError, usageError } from '../../../errors.js';
import { makeFolders } from '../../../file/folder/make-folders.js';
import type { AgentConfig } from '../../../schema/agent-config.js';
import { railMapFrom } from '../../../session/map/map-choice.js';
import { onEndSignal } from '../../impatience.js';
import { notice } from '../../terminal/notices.js';

interface AgentCommandOptions {
  readonly config: string;
}

export function agentCommand(): Command {
  return new Command('agent')
    .description('Record whenever a board is there, for a bench that nobody watches')
    .requiredOption(
      '--config <file>',
      'what to record, to keep and to feed, as JSON; docs/agent.md shows one',
    )
    .addHelpText(
      'after',
      `
One process on a bench: it waits for the board, records, keeps captures for as long as it is told to, and answers
  GET /health     what is wrong: no-board, no-disk, no-network, no-power; 503 where something is that keeps it from its work
  GET /metrics    for Prometheus
Ctrl-C ends it well. fleet/powerlog-agent.service starts it with the machine.

Examples:
  $ powerlog agent --config /etc/powerlog/agent.json
  $ curl -s http://127.0.0.1:10177/health`,
    )
    .action(async ({ config: file }: AgentCommandOptions) => {
      const [{ readAgentConfig }, { Agent }, { accessFor }] = await Promise.all([
        import('../../../agent/config.js'),
        import('../../../agent/agent.js'),
        import('../../feeds/metrics.js'),
      ]);
      const config = readAgentConfig(file);
      const { map, slot, slot_feed: slotFeed, listen } = config;
      const access = accessFor(listen.at, listen.token_file, `${file}: listen`);
      const railMap = await railMapFrom({
        ...(map === undefined ? {} : { map }),
        ...(slot === undefined ? {} : { slot }),
        ...(slotFeed === undefined ? {} : { slotFeed }),
      });
      const feed = await openFeed(file, config);
      const agent = new Agent({ config, ...access, map: railMap, feed, onNotice: notice });
      const release = onEndSignal(() => agent.stop());
      try {
        await agent.run();
      } finally {
        release();
        await feed?.close();
      }
    });
}

/** The database that all runs go to, one after the other. @throws UserError (usage; outputFailed) */
async function openFeed(
  file: string,
  { bench, influx, rate_hz: gridHz }: AgentConfig,
): Promise<AgentFeed | null> {
  if (!influx) return null;
  const [{ parseTarget }, { checkedTag }, { planLines }, { InfluxFeed }] = await Promise.all([
    import('../../../feeds/influx/server/target.js'),
    import('../../../feeds/influx/lines/tags.js'),
    import('../../feeds/influx-plan.js'),
    import('../../../feeds/influx/sending/influx-feed.js'),
  ]);
  const given = { ...(bench === undefined ? {} : { host: bench }), ...influx.tags };
  const { target, tags } = placed(`${file}: influx`, () => ({
    target: parseTarget(influx.url),
    tags: Object.entries(given).map(([key, value]) => checkedTag(key, value)),
  }));
  const { plan, authorization } = await planLines(
    {
      ...{ target, tags, gridHz: gridHz ?? null, columns: influx.columns },
      ...{ meansHz: influx.rate_hz ?? null, tokenFile: influx.token_file },
    },
    notice,
  );
  makeFolders(dirname(influx.spool!), { what: 'the folder of influx.spool,' });
  return InfluxFeed.open({
    ...{ ...plan, target, authorization, onNotice: notice },
    ...{ limitBytes: influx.spool_limit, folder: influx.spool! },
  });
}

/** Says where in the configuration something is wrong. */
function placed<Value>(where: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw error instanceof UserError ? usageError(`${where}: ${error.message}`) : error;
  }
}
