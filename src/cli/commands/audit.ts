import { Command } from 'commander';
import type { Audited } from '../../comparison/audit/open.js';
import { usageError } from '../../errors.js';
import { parseDurationMs } from '../../units.js';
import type { AuditOptions } from '../audit/live.js';
import {
  addSamplingOptions,
  checked,
  forceOption,
  outputOption,
  quietOption,
  withIntervalOption,
  withOption,
} from '../options.js';
import { recordingInputs } from '../recording-inputs.js';
import type { ReportOutputs } from '../report/report-outputs.js';

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
  command: Command,
): Promise<void> {
  refuseContradictions(first, second, options, command);
  const outputs = await openOutputs(
    options,
    [first, second].filter((path) => path !== undefined),
  );
  let audited: Audited;
  try {
    if (first === undefined) {
      const { auditLive } = await import('../audit/live.js');
      audited = await auditLive(options);
    } else {
      const { auditFiles } = await import('../../comparison/audit/open.js');
      audited = await auditFiles(second === undefined ? null : first, second ?? first, options);
    }
    if (outputs) {
      const { auditDocument } = await import('../../comparison/audit/document.js');
      await outputs.writeJson(auditDocument(audited));
    }
  } finally {
    await outputs?.close();
  }
  if (options.json === '-') return;
  const [{ sheetText }, { print }] = await Promise.all([
    import('../audit/sheet-text.js'),
    import('../terminal/say.js'),
  ]);
  print(sheetText(audited));
}

/** Before anything is measured or read, so that a bad path fails then. @throws UserError (usage, outputFailed) */
async function openOutputs(
  { json, out, force }: AuditOptions,
  inputs: readonly string[],
): Promise<ReportOutputs | null> {
  if (json === undefined) return null;
  const [{ ReportOutputs: Outputs }, { refuseSharedFiles }, { summaryPathFor }] = await Promise.all([
    import('../report/report-outputs.js'),
    import('../../file/shared-files.js'),
    import('../../sink/summary-file.js'),
  ]);
  const named = (role: string, path: string | null | undefined) => (path == null ? [] : [{ role, path }]);
  refuseSharedFiles(
    [
      { role: '--json', path: json },
      ...named('--out', out),
      ...named('the summary of --out', out === undefined ? null : summaryPathFor(out)),
    ],
    [],
  );
  return new Outputs({ json, ...(force && { force }) }, await recordingInputs(inputs, () => 'the recording'));
}

/** What is said of files too; all else is about measuring, and no wish that goes unheard where nothing is measured. */
const ofFiles = ['columnA', 'columnB', 'json', 'force', 'quiet'];

function refuseContradictions(
  first: string | undefined,
  second: string | undefined,
  options: AuditOptions,
  command: Command,
): void {
  if (first === undefined && options.with === undefined)
    throw usageError(
      'nothing to audit: name a sensor, such as --with rapl, or the files of a recording: powerlog audit run.csv run.nvml.csv',
    );
  if (first === undefined) return;
  const live = command.options.find((option) => {
    const name = option.attributeName();
    return !ofFiles.includes(name) && command.getOptionValueSource(name) === 'cli';
  });
  if (live) throw usageError(`${live.long} is about an audit with a load, and ${first} was recorded already`);
  if (second === undefined && options.columnA !== undefined)
    throw usageError(`--column-a is of a board, and ${first} is held against none: give its recording first`);
}
