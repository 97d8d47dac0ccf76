import { Command } from 'commander';
import { onEndSignal } from '../impatience.js';
import { railMapFrom } from '../options.js';
import { notice } from '../terminal/notices.js';

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
      const [{ readAgentConfig }, { Agent }, { accessFor }, { noRunFeeds }] = await Promise.all([
        import('../../agent/config.js'),
        import('../../agent/agent.js'),
        import('../feeds/metrics.js'),
        import('../../agent/run.js'),
      ]);
      const config = readAgentConfig(file);
      const { map, slot, slot_feed: slotFeed, listen } = config;
      const agent = new Agent({
        ...{ config, ...accessFor(listen.at, listen.token_file, `${file}: listen`), onNotice: notice },
        map: await railMapFrom({
          ...(map === undefined ? {} : { map }),
          ...(slot === undefined ? {} : { slot }),
          ...(slotFeed === undefined ? {} : { slotFeed }),
        }),
        openFeeds: async () => noRunFeeds,
      });
      const release = onEndSignal(() => agent.stop());
      try {
        await agent.run();
      } finally {
        release();
      }
    });
}
