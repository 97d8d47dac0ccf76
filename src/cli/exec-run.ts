import { constants } from 'node:os';
import type { Warning } from '../block.js';
import { loadEngine } from '../engine/engine.js';
import { ExitCode, errorText, outOfDescriptors } from '../errors.js';
import { refuseWhatNodeChanged } from '../exec/child.js';
import { readEarlierEnergy, readIdlePower } from '../exec/earlier.js';
import { type Evaluation, evaluateExperiment } from '../exec/evaluate.js';
import { type Baseline, type Experiment, type ExperimentPlan, runExperiment } from '../exec/experiment.js';
import type { Exported, ExportFile } from '../exec/export.js';
import { checkLimits, type Limits, type MeasuredEnergy } from '../exec/limits.js';
import { Measurement } from '../exec/measurement.js';
import { untilRead } from '../exec/pipe-readers.js';
import { SignalRelay } from '../exec/signals.js';
import { inherited } from '../exec/start/inherited.js';
import type { RepeatedRuns } from '../exec/summaries.js';
import type { Summary } from '../measure/summary.js';
import { handOverMsFor } from '../session/outputs.js';
import { plural } from '../units.js';
import type { BaselineOption, ExecOptions } from './exec-options.js';
import { endWhenAskedAgain } from './impatience.js';
import { railMapFrom } from './options.js';
import { say, styled } from './say.js';
import { leaveTerminal } from './terminal.js';

/** Runs what `exec` was asked to; returns the exit code. @throws UserError before anything is run */
export async function exec(words: readonly string[], options: ExecOptions): Promise<number> {
  refuseWhatNodeChanged(words);
  loadEngine();
  const plan: ExperimentPlan = {
    commands: options.compare ? words.map((line) => ['/bin/sh', '-c', line]) : [words],
    runs: options.runs,
    warmups: options.warmup,
    cooldown: options.cooldown ?? null,
    baseline: await baselineFrom(options.baseline),
  };
  const names = options.compare ? words.map(shortened) : [shortened(words.join(' '))];
  const limits = await limitsFrom(options);
  const map = await railMapFrom(options);
  const exports = await openExports(options);
  const relay = new SignalRelay();
  const notices = new Notices(relay);
  let stopWaiting: (() => void) | undefined;
  try {
    const released = await untilRead([options.out, options.capture], relay, (path) =>
      say(`powerlog: waiting for somebody to read ${path}`),
    );
    if (!released) return notRun(relay, 'powerlog was waiting for a reader');
    const measurement = await Measurement.start({
      port: options.port,
      open: { link: options.link, reconnectMs: options.reconnect, onNotice: (text) => notices.take(text) },
      recording: {
        ...(options.rate === undefined ? {} : { rateHz: options.rate }),
        handOverMs: handOverMsFor(options),
      },
      map,
      outputs: options,
      strict: options.strict ?? false,
    }).finally(released);
    if (inherited.unknown !== null)
      notices.take(
        `the command cannot be given ${inherited.unknown}: it is not known what it was before; start powerlog as bin/powerlog, which sees it`,
      );
    for (const { message } of measurement.faults)
      notices.take(
        `${message.replace(/[.?]?$/, (end) => end || '.')} The command runs unmeasured; with --strict it would not run`,
      );
    const unexpected = (error: unknown): void => measurement.fault(error);
    process.on('uncaughtException', unexpected);
    try {
      const experiment = await runExperiment(plan, measurement, relay);
      notices.release();
      const measuredIdle = plan.baseline.kind === 'measure' && plan.baseline.durationMs > 0;
      if (!experiment.last)
        notRun(relay, measuredIdle ? 'powerlog was measuring the idle machine' : 'powerlog was starting');
      stopWaiting = endWhenAskedAgain();
      await measurement.stop();
      relay.dispose();
      const outcome = await conclude(experiment, plan, measurement, { options, names, limits, exports });
      const status = experiment.status !== 0 ? experiment.status : outcome;
      if (measurement.stuck) process.exit(status); // it would keep us here
      return status;
    } finally {
      process.off('uncaughtException', unexpected);
    }
  } finally {
    for (const file of exports) await file.close();
    relay.dispose();
    stopWaiting?.();
    leaveTerminal();
  }
}

/** Says that a signal came before the command; returns the exit code. */
function notRun({ interruptedBy }: SignalRelay, during: string): number {
  if (interruptedBy === null) return ExitCode.done;
  say(`powerlog: ${interruptedBy} came while ${during}: the command was not run`);
  return 128 + constants.signals[interruptedBy];
}

/** A command line as a name: on one line, and not longer than one. */
function shortened(line: string): string {
  const text = line.replace(/\s+/g, ' ').trim();
  return text.length > 72 ? `${text.slice(0, 71)}…` : text;
}

interface Conclusion {
  readonly options: ExecOptions;
  readonly names: readonly string[];
  readonly limits: Limits;
  readonly exports: readonly ExportFile[];
}

/** Evaluates, writes and says what was measured. Nothing that goes wrong here is the command's fault. */
async function conclude(
  experiment: Experiment,
  plan: ExperimentPlan,
  measurement: Measurement,
  { options, names, limits, exports }: Conclusion,
): Promise<number> {
  const knownFaults = measurement.hasBoard ? 0 : measurement.faults.length;
  let verdictCode: number = ExitCode.done;
  try {
    const evaluation = await evaluateExperiment(experiment, plan.baseline, measurement, options.accuracy);
    const { repeated, exported, extra } = await conclusions(evaluation, plan, names);
    const faults: Warning[] = measurement.faults
      .slice(knownFaults)
      .map(({ message }) => ({ code: 'measuring-fault', message }));
    const summary = await measurement.summarize([...faults, ...evaluation.warnings], extra);
    if (exported) for (const file of exports) await measurement.guarded(() => file.write(exported));
    const failure = experiment.last?.end.failure;
    if (failure) say(`powerlog: ${failure}`);
    else if (experiment.last && experiment.status !== 0 && experiment.missing > 0)
      say(`powerlog: a run failed; the other ${plural(experiment.missing, 'run')} did not take place`);
    if (!options.quiet && evaluation.command && evaluation.command.pid !== null) {
      const { reportText } = await import('./exec-report.js');
      const { command } = evaluation;
      const phases = plan.commands.length === 1 ? evaluation.commands[0]!.phases : [];
      const files = [...measurement.files, ...exports.map(({ path }) => path)];
      const comparison = exported?.comparison ?? null;
      say(reportText({ summary, command, phases, repeated, comparison, names, files }));
    }
    for (const { met, message } of checkLimits(limits, energyOf(evaluation, repeated))) {
      say(`powerlog: ${styled(met ? 'yellow' : 'red', message)}`);
      if (!met) verdictCode = ExitCode.limitNotMet;
    }
  } catch (error) {
    measurement.fault(error);
    say(`powerlog: the command has ended, but its figures are lost: ${errorText(error)}`);
    if (process.env.POWERLOG_DEBUG && error instanceof Error) say(error.stack ?? '');
  }
  const [fault] = measurement.faults;
  return options.strict && fault ? fault.exitCode : verdictCode;
}

async function conclusions(evaluation: Evaluation, plan: ExperimentPlan, names: readonly string[]) {
  const { compareRuns, summarizeRuns } = await import('../exec/repeated-runs.js');
  const several = plan.commands.length > 1;
  const measured = evaluation.commands.filter(({ runs }) => runs.length > 0);
  const runs: RepeatedRuns[] = measured.map((each) => ({
    ...summarizeRuns(each, plan.warmups),
    ...(several ? { phases: each.phases } : {}),
  }));
  const [first, second] = runs;
  const comparison =
    first && second && plan.commands.length === 2
      ? compareRuns([first, second], [names[0]!, names[1]!])
      : null;
  const repeated = several || plan.runs > 1 ? runs : [];
  const exported: Exported | null = runs.length > 0 ? { runs, comparison, names } : null;
  const extra: Partial<Summary> = {
    ...(evaluation.command ? { command: evaluation.command } : {}),
    ...(evaluation.command && !several ? { phases: evaluation.commands[0]?.phases ?? [] } : {}),
    ...(repeated.length > 0 ? { runs: repeated } : {}),
    ...(comparison ? { comparison } : {}),
  };
  return { repeated, exported, extra };
}

/** What the limits are held against: of several commands, the last; of several runs their mean, and the worst coverage. */
function energyOf({ command }: Evaluation, repeated: readonly RepeatedRuns[]): MeasuredEnergy | null {
  const last = repeated.at(-1);
  const mean = last?.energy_j.system;
  if (last && mean)
    return {
      energyJ: mean.mean,
      uncertaintyJ: mean.interval95 && mean.interval95[1] - mean.mean,
      coverage: Math.min(...last.runs.map((run) => run.coverage)),
    };
  const energyJ = command?.energy_j.system ?? null;
  if (!command || energyJ === null) return null;
  const uncertaintyJ = command.energy_uncertainty_j.system ?? null;
  return { energyJ, uncertaintyJ, coverage: command.coverage };
}

async function baselineFrom(option: BaselineOption): Promise<Baseline> {
  if ('durationMs' in option) return { kind: 'measure', durationMs: option.durationMs };
  return { kind: 'known', powerW: await readIdlePower(option.path) };
}

async function limitsFrom(options: ExecOptions): Promise<Limits> {
  const { maxEnergy, maxRegression, baselineRun, minCoverage } = options;
  return {
    maxEnergyJ: maxEnergy ?? null,
    minCoverage: minCoverage ?? null,
    maxRegression:
      maxRegression === undefined || baselineRun === undefined
        ? null
        : { share: maxRegression, earlierJ: await readEarlierEnergy(baselineRun) },
  };
}

async function openExports(options: ExecOptions): Promise<ExportFile[]> {
  const { exportJson, exportMarkdown, exportCsv, force = false } = options;
  const wanted = { json: exportJson, markdown: exportMarkdown, csv: exportCsv };
  const files: ExportFile[] = [];
  for (const format of ['json', 'markdown', 'csv'] as const) {
    const path = wanted[format];
    if (path === undefined) continue;
    try {
      const { ExportFile, exportFormats } = await import('../exec/export.js');
      files.push(new ExportFile(path, exportFormats[format], force));
    } catch (error) {
      if (!options.strict && outOfDescriptors(error)) {
        say(`powerlog: ${errorText(error)}`);
        continue;
      }
      for (const file of files) await file.close();
      throw error;
    }
  }
  return files;
}

/** What is to be said, kept back while a command runs that may be speaking itself. */
class Notices {
  #held: string[] = [];

  constructor(private readonly relay: SignalRelay) {}

  take(text: string): void {
    if (this.relay.attached) this.#held.push(text);
    else say(`powerlog: ${text}`);
  }

  release(): void {
    for (const text of this.#held.splice(0)) say(`powerlog: ${text}`);
  }
}
