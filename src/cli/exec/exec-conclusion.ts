import { ExitCode } from '../../errors.js';
import { instrumentWarnings } from '../../exec/earlier.js';
import type { Exported, ExportFile } from '../../exec/export.js';
import { evaluateExperiment } from '../../exec/figures/evaluate.js';
import { checkLimits, type Limits } from '../../exec/limits.js';
import type { Baseline, Experiment } from '../../exec/runs/experiment.js';
import type { Measurement } from '../../exec/runs/measurement.js';
import { faultOf } from '../../exec/runs/measuring-fault.js';
import { unlessReaderGone } from '../../file/output-file.js';
import type { Summary } from '../../measure/summary.js';
import type { Warning } from '../../stream/warning.js';
import { plural } from '../../units.js';
import { say, styled, tell } from '../terminal/say.js';
import type { ExecOptions } from './exec-options.js';

/** What the figures of an experiment go into. */
interface Conclusion {
  readonly options: ExecOptions;
  readonly limits: Limits;
  readonly baseline: Baseline;
  readonly exports: readonly ExportFile[];
  /** Of the measurement's faults, how many kept a board from being measured at all. */
  readonly faultsAtStart: number;
  /** What databases did not get, and what `--on-alarm` failed at. */
  readonly undone: readonly Warning[];
  readonly onSummary: (summary: Summary) => void;
}

const measuringFault = 'measuring-fault';

/** Evaluates, writes and says what was measured. Nothing that goes wrong here is the command's fault. */
export async function conclude(
  experiment: Experiment,
  measurement: Measurement,
  { options, limits, baseline, exports, faultsAtStart, undone, onSummary }: Conclusion,
): Promise<number> {
  let verdictCode: number = ExitCode.done;
  try {
    const { log } = experiment;
    const evaluation = await evaluateExperiment(
      log,
      measurement.trace,
      measurement.hasBoard,
      measurement.sensors,
    );
    const { conclusionsOf, measuredEnergy } = await import('../../exec/figures/conclusions.js');
    const conclusions = conclusionsOf(evaluation, log.plan);
    const { command, exported, extra } = conclusions;
    const faults = measurement.faults.flatMap(({ message }, n): Warning[] => {
      if (n >= faultsAtStart) return [{ code: measuringFault, message }];
      // Where nothing was measured, the recording says so itself.
      return measurement.hasBoard ? [{ code: 'no-board', message: `not measured: ${message}` }] : [];
    });
    const earlier = limits.maxRegression?.earlier.boards;
    const summary = await measurement.summarize({
      warnings: [...faults, ...undone, ...evaluation.warnings],
      extra,
      doubts: (boards) => [
        ...instrumentWarnings(boards, earlier),
        ...(baseline.kind === 'known'
          ? instrumentWarnings(boards, baseline.boards, 'the idle power of --baseline')
          : []),
      ],
    });
    onSummary(summary);
    const exportedTo = exported ? await writeExports(exports, exported, measurement) : [];
    for (const text of endTexts(experiment)) tell(`${text}`);
    if (!options.quiet && command && command.pid !== null) {
      const { reportText } = await import('./exec-report.js');
      const files = [...measurement.files, ...exportedTo];
      const nothingKept = measurement.faults.some(({ output }) => output !== undefined)
        ? {}
        : { nothingKept: 'nothing is kept; --out run.csv keeps the recording and its summary' };
      // What went wrong is told by itself, also where nothing else is.
      const warnings = summary.warnings.filter(({ code }) => code !== measuringFault);
      say(reportText({ ...conclusions, command, summary: { ...summary, warnings }, files, ...nothingKept }));
    }
    for (const { met, message } of checkLimits(limits, measuredEnergy(conclusions))) {
      tell(`${styled(met ? 'yellow' : 'red', message)}`);
      if (!met) verdictCode = ExitCode.limitNotMet;
    }
  } catch (error) {
    const fault = faultOf(error);
    const message = `the command has ended, but its figures are lost: ${fault.message}`;
    measurement.faults.push({ ...fault, message });
    if (process.env.POWERLOG_DEBUG && error instanceof Error) say(error.stack ?? '');
  }
  for (const { message } of measurement.faults.slice(faultsAtStart)) tell(message);
  const [fault] = measurement.faults;
  return options.strict && fault ? fault.exitCode : verdictCode;
}

/** Returns the paths of those that could be written. */
async function writeExports(
  exports: readonly ExportFile[],
  exported: Exported,
  measurement: Measurement,
): Promise<string[]> {
  const written: string[] = [];
  for (const file of exports) {
    try {
      await unlessReaderGone(file.write(exported));
      written.push(file.path);
    } catch (error) {
      measurement.fault(error, file.path);
    }
  }
  return written;
}

/** Why not all that was planned took place. */
function endTexts({ log: { last }, hookFailure, status, missing }: Experiment): string[] {
  if (last?.end.failure) return [last.end.failure];
  if (hookFailure) return [hookFailure.message];
  if (missing === 0 || !last || (status === 0 && last.status !== 'interrupted')) return [];
  const which = last.warmup ? 'a warm-up' : 'a run';
  const what = { failed: `${which} failed`, interrupted: `${which} was interrupted` };
  const why = last.status === 'failed' || last.status === 'interrupted' ? what[last.status] : 'interrupted';
  return [`${why}; the other ${plural(missing, 'run')} did not take place`];
}
