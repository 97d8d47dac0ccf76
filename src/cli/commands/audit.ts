import { Command } from 'commander';
import type { Audited } from '../../comparison/audit/open.js';
import { usageError } from '../../errors.js';
import { type OutputFile, unlessReaderGone } from '../../file/output-file.js';
import { parseDurationMs } from '../../units.js';
import {
  addSamplingOptions,
  checked,
  forceOption,
  outputOption,
  quietOption,
  type SamplingOptions,
  type SensorOptions,
  withIntervalOption,
  withOption,
} from '../options.js';

export interface AuditOptions extends SamplingOptions, SensorOptions {
  readonly load?: string;
  readonly duration?: number;
  readonly out?: string;
  readonly columnA?: string;
  readonly columnB?: string;
  readonly json?: string;
  readonly force?: true;
  readonly quiet?: true;
}

export function auditCommand(): Command {
  return addSamplingOptions(
    new Command('audit')
      .description("Find out what a vendor's own sensor is worth, and print it as a sheet")
      .argument('[recording]', "a board's recording, or the sensor's file where there is no board")
      .argument('[sensor]', "the sensor's file beside it, such as run.nvml.csv")
      .addOption(withOption('the sensor to audit, with a load of its own: nvml, nvidia-smi, amd, rapl, …'))
      .addOption(withIntervalOption())
      .option(
        '--load <cmd>',
        "a program that loads what the sensor is of, run as 'CMD ON OFF': ON ms of load, OFF ms of rest, in turns until it is ended (default: a load of the CPU)",
      )
      .option('-d, --duration <time>', 'how long the load is played (default: 90s)', checked(parseDurationMs))
      .option('-o, --out <file>', 'keep the recording as CSV, the sensor’s file and the summary beside it'),
  )
    .option('--column-a <column>', "the board's power that the sensor is held against")
    .option('--column-b <column>', "the sensor's power, such as gpu1_power_w")
    .addOption(outputOption('--json <file>', 'write the sheet as JSON; - is standard output'))
    .addOption(forceOption())
    .addOption(quietOption())
    .addHelpText(
      'after',
      `
Without a board (--port none, or the sensor's file alone) the sheet has what a sensor tells by itself.

Examples:
  $ powerlog audit --with rapl                                 the CPU's counters, with powerlog's own load
  $ powerlog audit --with nvml --load ./burn                   a GPU, with a program that loads it: ./burn 300 700
  $ powerlog audit --with nvml --load 'python burn.py' --out audit.csv --json audit.json
  $ powerlog audit run.csv run.nvml.csv                        of a recording made earlier
  $ powerlog audit run.nvml.csv                                of the sensor alone`,
    )
    .action(audit);
}

async function audit(
  first: string | undefined,
  second: string | undefined,
  options: AuditOptions,
): Promise<void> {
  refuseContradictions(first, options);
  const json = await openJson(options, [first, second]);
  let audited: Audited;
  try {
    if (first === undefined) {
      const { auditLive } = await import('../audit/live.js');
      audited = await auditLive(options);
    } else {
      const { auditFiles } = await import('../../comparison/audit/open.js');
      audited = await auditFiles(second === undefined ? null : first, second ?? first, options);
    }
    if (json) {
      const { auditDocument } = await import('../../comparison/audit/document.js');
      const text = `${JSON.stringify(auditDocument(audited), null, 2)}\n`;
      await unlessReaderGone(json.write(Buffer.from(text), 1));
    }
  } finally {
    await json?.close();
  }
  if (options.json === '-') return;
  const [{ sheetText }, { print }] = await Promise.all([
    import('../audit/sheet-text.js'),
    import('../terminal/say.js'),
  ]);
  print(sheetText(audited));
}

/** Before anything is measured or read, so that a bad path fails then. @throws UserError (usage, outputFailed) */
async function openJson(
  { json, out, force }: AuditOptions,
  inputs: readonly (string | undefined)[],
): Promise<OutputFile | null> {
  if (json === undefined) return null;
  const [{ OutputFile }, { refuseSharedFiles }] = await Promise.all([
    import('../../file/output-file.js'),
    import('../../file/shared-files.js'),
  ]);
  const named = (role: string, path: string | undefined) => (path === undefined ? [] : [{ role, path }]);
  refuseSharedFiles(
    [{ role: '--json', path: json }, ...named('--out', out)],
    inputs.flatMap((path) => named('the recording', path)),
  );
  return new OutputFile({ path: json, force: force ?? false, unit: 'file' });
}

function refuseContradictions(first: string | undefined, options: AuditOptions): void {
  if (first === undefined && options.with === undefined)
    throw usageError(
      'nothing to audit: name a sensor, such as --with rapl, or the files of a recording: powerlog audit run.csv run.nvml.csv',
    );
  if (first === undefined) return;
  const live = (['with', 'withInterval', 'load', 'duration', 'out'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (live !== undefined)
    throw usageError(
      `--${live === 'withInterval' ? 'with-interval' : live} is about an audit with a load, and ${first} was recorded already`,
    );
}
