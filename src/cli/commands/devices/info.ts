import { Command } from 'commander';
import { boardError } from '../../../errors.js';
import type { Source } from '../../../source/source.js';
import { linkOption, onePortOption } from '../../options.js';
import { ownBoardOf, ownBoardOption } from '../../own-board.js';

interface InfoOptions {
  readonly port: string;
  readonly link: 'auto' | 'tty' | 'stream';
  readonly board?: string;
  readonly calibration?: boolean;
  readonly json?: boolean;
}

export function infoCommand(): Command {
  return new Command('info')
    .description("Show one board's identity, what it reads now and how often that is new")
    .addOption(onePortOption())
    .addOption(linkOption())
    .addOption(ownBoardOption())
    .option('--calibration', 'the calibration that the board applies to its readings, too')
    .option('--json', 'as JSON on standard output')
    .addHelpText(
      'after',
      `
Known are BENCHLAB with firmware 2 to 6 and BENCHLAB 2 with firmware 3 to 7: from the contracts that their maker publishes,
checked against its own library, not on hardware. A newer firmware is read as the newest known, as long as it fits.

Examples:
  $ powerlog info
  $ powerlog info --port /dev/ttyACM0 --json
  $ powerlog info --calibration
  $ powerlog info --port sim:train`,
    )
    .action(async (options: InfoOptions) => {
      const [{ openSource }, { firstReadings }, { printInfo }] = await Promise.all([
        import('../../../source/open.js'),
        import('../../../session/first-readings.js'),
        import('../../terminal/info-text.js'),
      ]);
      const { notice } = await import('../../terminal/notices.js');
      const source = await openSource(options.port, {
        ...{ link: options.link, reconnectMs: 0, onNotice: notice },
        own: await ownBoardOf(options),
      });
      try {
        const first = await firstReadings(source);
        if (!first) throw boardError(`${source.identity.port} identified itself but sent no frame`);
        const calibration = options.calibration ? await wholeCalibration(source) : undefined;
        printInfo(source, first, calibration, options.json ?? false);
      } finally {
        await source.close();
      }
    });
}

async function wholeCalibration({ board, identity }: Source) {
  const { calibrationSummary, probeCalibrations } = await import('../../../session/calibration-summary.js');
  const summary = await calibrationSummary(board, identity);
  return summary && { ...summary, probes: probeCalibrations(board, identity) };
}
