import { Command } from 'commander';
import type { SensorReadings } from '../../../sensors/readings.js';
import { printable } from '../../../text.js';
import { fixed } from '../../../units.js';
import { print, say } from '../../terminal/say.js';

/** Of a sensor with many columns, so many are shown; --json has all. */
const shown = 6;

export function sensorsCommand(): Command {
  return new Command('sensors')
    .description("List the vendors' sensors here that --with records, and what they read now")
    .argument(
      '[sensor...]',
      "which, as --with takes them; all where none is named; 'exec:COMMAND' tries a program",
    )
    .option('--json', 'as JSON on standard output')
    .addHelpText(
      'after',
      `
Examples:
  $ powerlog sensors
  $ powerlog sensors rapl --json
  $ powerlog sensors 'exec:./meter --watts'       what powerlog makes of a program's output`,
    )
    .action(async (names: string[], { json }: { json?: boolean }) => {
      const [{ checkChoices, kindNames, parseSensors }, { readSensors }] = await Promise.all([
        import('../../../sensors/open.js'),
        import('../../../sensors/readings.js'),
      ]);
      const choices = (names.length > 0 ? names : kindNames()).flatMap(parseSensors);
      checkChoices(choices);
      const found = await readSensors(choices);
      if (json) return print(`${JSON.stringify(found, null, 2)}\n`);
      const { formatTable } = await import('../../terminal/table.js');
      const rows = found.map((each) => [printable(each.id), productText(each), readingText(each)]);
      print(`${formatTable(['SENSOR', 'PRODUCT', 'READS'], rows)}\n`);
      if (found.some(({ reason }) => reason === null))
        say('record them beside a board with --with, such as --with auto');
    });
}

const productText = ({ product, devices }: SensorReadings): string => {
  const names = devices.flatMap(({ name }) => name ?? []).slice(0, shown);
  const all = [...(product === null ? [] : [product]), ...(names.length > 0 ? [names.join(', ')] : [])];
  return printable(all.join(': '));
};

function readingText({ reason, readings }: SensorReadings): string {
  if (reason !== null) return printable(reason);
  const texts = readings
    .slice(0, shown)
    .map(
      ({ name, value, decimals }) => `${name} ${value === null ? '–' : fixed(value, Math.min(decimals, 3))}`,
    );
  const more = readings.length > shown ? [`${readings.length - shown} more`] : [];
  return printable([...texts, ...more].join(', '));
}
