import { type Effort, type Findings, short, table } from './claims.js';
import { median, pairedRatio } from './stats.js';
import { powerlog, type Workshop } from './workshop.js';

export async function startup(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  say('powerlog --version beside node -e 0');
  const empty: number[] = [];
  const version: number[] = [];
  for (let repeat = 0; repeat < effort.repeats * 10; repeat++) {
    empty.push((await workshop.measure([process.execPath, '-e', '0'])).wallS);
    version.push((await workshop.measure([process.execPath, powerlog, '--version'])).wallS);
  }
  const rows = [
    ['`node -e 0`', short(median(empty) * 1e3)],
    ['`powerlog --version`', short(median(version) * 1e3)],
  ];
  return {
    claims: [
      {
        what: '`powerlog --version` over `node -e 0`',
        ...pairedRatio(version, empty),
        sense: 'at most',
        target: 1.5,
      },
    ],
    section: `## Start\n\n${table(['program', 'median, ms'], rows)}`,
  };
}
