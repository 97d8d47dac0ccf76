import { rmSync, statSync } from 'node:fs';
import { longCapture } from './captures.js';
import { type Effort, type Findings, short, table } from './claims.js';
import { median, pairedRatio } from './stats.js';
import { type Charge, powerlog, type Workshop } from './workshop.js';

const htmlMb = 10;

/** A page of a long capture beside its replay to a CSV. */
export async function report(
  workshop: Workshop,
  { longFrames, repeats }: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const capture = longCapture(workshop, longFrames, say);
  const [csv, html] = [workshop.file('long.csv'), workshop.file('long.html')];
  const charges: Record<'replay' | 'report', Charge[]> = { replay: [], report: [] };
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const [name, command, output] of [
      ['replay', ['replay', capture, '--out', csv, '--quiet', '--force'], csv],
      ['report', ['report', capture, '--html', html, '--quiet', '--force'], html],
    ] as const) {
      say(`${name} of ${longFrames} samples, ${repeat + 1} of ${repeats}`);
      rmSync(output, { force: true });
      charges[name].push(await workshop.measure([process.execPath, powerlog, ...command]));
    }
  const bytes = statSync(html).size;
  rmSync(csv);
  const walls = (name: keyof typeof charges) => charges[name].map(({ wallS }) => wallS);
  const peakMb = (name: keyof typeof charges) => Math.max(...charges[name].map(({ peakRssMb }) => peakRssMb));
  return {
    claims: [
      {
        what: "a page's time over that of replaying the same capture to a CSV",
        ...pairedRatio(walls('report'), walls('replay')),
        sense: 'at most',
        target: 2,
      },
      {
        what: "a page's peak memory",
        value: peakMb('report'),
        sense: 'at most',
        target: 300,
        unit: 'MB',
      },
      { what: "a page's size", value: bytes / 1e6, sense: 'at most', target: htmlMb, unit: 'MB' },
    ],
    section: [
      `## A page of ${short(longFrames / 1e6)} million samples`,
      `\`report --html\` of a capture of the simulator's training run at 1 kHz, no stretch of which is another's copy, beside \`replay --out\` of the same; median of ${repeats}.`,
      table(
        ['command', 'seconds', 'CPU, s', 'peak memory, MB'],
        (['replay', 'report'] as const).map((name) => [
          `powerlog ${name}`,
          short(median(walls(name))),
          short(median(charges[name].map(({ cpuS }) => cpuS))),
          short(peakMb(name)),
        ]),
      ),
      `The page measures ${short(bytes / 1e6)} MB.`,
    ].join('\n\n'),
  };
}
