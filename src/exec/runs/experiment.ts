import { nsSince } from '../../clock.js';
import { boardError } from '../../errors.js';
import type { EndedStatus } from '../../stream/command-event.js';
import type { Span } from '../../trace/span.js';
import type { ChildEnd } from '../child/child.js';
import type { SignalRelay } from '../child/signals.js';
import type { EarlierIdle } from '../earlier.js';
import type { ExperimentLog } from './experiment-log.js';
import { type HookFailure, type Hooks, runHook } from './hooks.js';
import { runMarked } from './marked-run.js';
import type { Measurement } from './measurement.js';

/** What lies between two runs. */
export type Cooldown = { readonly kind: 'time'; readonly durationMs: number } | { readonly kind: 'idle' };

/** What an idle machine draws: seen before the first run (0 ms is not at all), or known from elsewhere. */
export type Baseline =
  | { readonly kind: 'measure'; readonly durationMs: number }
  | ({ readonly kind: 'known' } & EarlierIdle);

export interface ExperimentPlan {
  readonly commands: readonly PlannedCommand[];
  /** How often each is run, and how often before that without counting. */
  readonly runs: number;
  readonly warmups: number;
  readonly cooldown: Cooldown | null;
  readonly baseline: Baseline;
  /** Goes on after a run that failed, which then has no say in the exit code. */
  readonly ignoreFailure: boolean;
  /** Patterns for the commands' standard output. */
  readonly markOutput: readonly string[];
  /** Runs nothing where a board gives no readings. */
  readonly strict: boolean;
}

export interface PlannedCommand extends Hooks {
  readonly argv: readonly string[];
}

export interface Experiment {
  readonly log: ExperimentLog;
  /** Runs that did not take place, since one before them failed or an end was asked for. */
  readonly missing: number;
  /** 0, or the status of the first run or hook that failed, or 128 + n where signal n came between runs, 7 where an alarm did. */
  readonly status: number;
  readonly hookFailure: HookFailure | null;
}

/** How near to its baseline the power has to be to count as back, as a share of it or in mW, whichever is more. */
const idleShare = 0.05;
const idleMarginMw = 1000;
/** How long it has to stay that near, ms. */
const idleWindowMs = 500;
/** How long that is waited for, ms. */
const idleLimitMs = 120_000;
/** So often the first sample is waited for. */
const mostFirstWaits = 10;

/** Runs the commands one after another, until one fails or somebody wants an end. */
export async function runExperiment(
  plan: ExperimentPlan,
  measurement: Measurement,
  relay: SignalRelay,
): Promise<Experiment> {
  await measureBaseline(plan, measurement, relay);
  const { log } = measurement;
  const idleMw = idlePowerMw(plan, log.baseline, measurement);
  let run = 0;
  let missing = plan.commands.length * (plan.warmups + plan.runs);
  const result = (status: number, hookFailure: HookFailure | null = null): Experiment => ({
    ...{ log, status, missing, hookFailure },
  });
  const interrupted = (): number | null => relay.endAsked?.status ?? null;
  if (plan.strict && !measurement.history.hasBegun) {
    measurement.fault(
      boardError('no reading came before the command was to begin; with --strict it is not run'),
    );
    return result(interrupted() ?? 0);
  }

  for (const [command, { argv, prepare, conclude }] of plan.commands.entries()) {
    for (let n = 0; n < plan.warmups + plan.runs; n++) {
      const endedBefore = interrupted();
      if (endedBefore !== null) return result(endedBefore);
      const unprepared = await runHook('--prepare', prepare, relay);
      if (unprepared) return result(unprepared.status, unprepared);
      // Behind the preparation, so that the run does not begin in the heat of that.
      if (plan.cooldown && (log.last || prepare !== null))
        await coolDown(plan.cooldown, idleMw, measurement, relay);
      const endedNow = interrupted();
      if (endedNow !== null) return result(endedNow);

      const place = { run, command, ...placeOf(n, plan) };
      const { end, endNs, ...marked } = await runMarked({
        ...{ argv, relay, originNs: measurement.originNs, markOutput: plan.markOutput },
        onBegin: (pid, atNs) => measurement.note({ type: 'run-begin', atNs, ...place, pid }),
        onMark: (mark) => measurement.note({ type: 'marks', run: place.run, marks: [mark] }),
      });
      missing--;
      run++;
      const endAsked = relay.endAsked !== null;
      if (measurement.hasBoard) await measurement.reached(endNs / 1000);
      const { exitCode, signal, failure } = end;
      const status = statusOf(end, endAsked, relay);
      measurement.note({
        ...{ type: 'run-end', atNs: endNs, run: place.run, status, exitCode, signal, failure, ...marked },
      });
      const unconcluded = await runHook('--conclude', conclude, relay);
      if (endsAll(status, end, plan)) return result(end.status, unconcluded);
      if (unconcluded) return result(unconcluded.status, unconcluded);
      const endedBehind = interrupted();
      if (endedBehind !== null && missing > 0) return result(endedBehind);
    }
  }
  return result(0);
}

const placeOf = (n: number, { warmups }: ExperimentPlan) =>
  n < warmups ? { warmup: true, number: n + 1 } : { warmup: false, number: n - warmups + 1 };

/** @param endAsked when the run ended; a terminal's signal may be heard of only after what it ended */
function statusOf(end: ChildEnd, endAsked: boolean, relay: SignalRelay): EndedStatus {
  if (endAsked) return 'interrupted';
  if (end.status === 0) return 'ok';
  return relay.endAsked !== null || end.signal === 'SIGINT' ? 'interrupted' : 'failed';
}

/** What cannot be run at all fails each time. */
function endsAll(status: EndedStatus, { failure }: ChildEnd, { ignoreFailure }: ExperimentPlan): boolean {
  if (status === 'failed') return !ignoreFailure || failure !== null;
  return status === 'interrupted';
}

async function measureBaseline(
  { baseline }: ExperimentPlan,
  measurement: Measurement,
  relay: SignalRelay,
): Promise<void> {
  if (!measurement.hasBoard) return;
  // A sample lies before the first run. On a busy machine the first may be long in coming.
  for (let n = 0; n < mostFirstWaits && !measurement.history.hasBegun && relay.endAsked === null; n++)
    await measurement.reached(0);
  // And of each sensor, whose joules of the first run would not be known without.
  await measurement.sensorsBegun(() => relay.endAsked !== null);
  if (baseline.kind === 'known' || baseline.durationMs === 0) return;
  const startNs = nsSince(measurement.originNs);
  await relay.sleep(baseline.durationMs);
  const endNs = startNs + Math.round(baseline.durationMs * 1e6);
  await measurement.reached(endNs / 1000);
  measurement.note({ type: 'baseline', startNs, endNs });
}

/** What the system draws when idle, mW; null where that is not known. */
function idlePowerMw(
  { baseline }: ExperimentPlan,
  idle: Span | null,
  measurement: Measurement,
): number | null {
  if (idle) return measurement.history.meanBetween(idle.startNs / 1000, idle.endNs / 1000, 0);
  return baseline.kind === 'known' ? (baseline.powerW.system ?? 0) * 1000 : null;
}

async function coolDown(
  cooldown: Cooldown,
  idleMw: number | null,
  measurement: Measurement,
  relay: SignalRelay,
): Promise<void> {
  if (cooldown.kind === 'time') {
    await relay.sleep(cooldown.durationMs);
    return;
  }
  if (idleMw === null) return;
  const limitMw = Math.max(idleMw * (1 + idleShare), idleMw + idleMarginMw);
  const giveUpMs = performance.now() + idleLimitMs;
  while (performance.now() < giveUpMs && (await relay.sleep(idleWindowMs))) {
    const nowUs = nsSince(measurement.originNs) / 1000;
    await measurement.reached(nowUs);
    const meanMw = measurement.history.meanBetween(nowUs - idleWindowMs * 1000, nowUs, 0);
    if (meanMw === null || meanMw <= limitMw) return;
  }
}
