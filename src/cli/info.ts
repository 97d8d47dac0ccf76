import { Command } from 'commander';
import { boardError } from '../errors.js';
import { linkOption, portOption } from './options.js';

export function infoCommand(): Command {
  return new Command('info')
    .description("Show one board's identity and what it reads now")
    .addOption(portOption())
    .addOption(linkOption())
    .option('--json', 'as JSON on standard output')
    .addHelpText(
      'after',
      `
Examples:
  $ powerlog info
  $ powerlog info --port /dev/ttyACM0 --json
  $ powerlog info --port sim:train`,
    )
    .action(async (options: { port: string; link: 'auto' | 'tty' | 'stream'; json?: boolean }) => {
      const [{ openSource }, { firstReadings }, { printInfo }] = await Promise.all([
        import('../source/open.js'),
        import('../session/first-readings.js'),
        import('./info-text.js'),
      ]);
      const { notice } = await import('./notices.js');
      const source = await openSource(options.port, { link: options.link, reconnectMs: 0, onNotice: notice });
      try {
        const readings = await firstReadings(source);
        if (!readings) throw boardError(`${source.identity.port} identified itself but sent no frame`);
        printInfo(source.identity, readings, options.json ?? false);
      } finally {
        await source.close();
      }
    });
}
