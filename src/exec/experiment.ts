import { constants } from 'node:os';
import { nsSince } from '../clock.js';
import type { PerComponent } from '../measure/summary.js';
import { type MarkedRun, runMarked } from './marked-run.js';
import type { Measurement } from './measurement.js';
import type { SignalRelay } from './signals.js';

/** What lies between two runs. */
export type Cooldown = { readonly kind: 'time'; readonly durationMs: number } | { readonly kind: 'idle' };

/** What an idle machine draws: seen before the first run (0 ms is not at all), or known from elsewhere. */
export type Baseline =
  | { readonly kind: 'measure'; readonly durationMs: number }
  | { readonly kind: 'known'; readonly powerW: PerComponent<number> };

/** The stretch before the first run, µs. */
export interface BaselineStretch {
  readonly startUs: number;
  readonly endUs: number;
}

export interface ExperimentPlan {
  readonly commands: readonly (readonly string[])[];
  /** How often each is run, and how often before that without counting. */
  readonly runs: number;
  readonly warmups: number;
  readonly cooldown: Cooldown | null;
  readonly baseline: Baseline;
}

export interface Experiment {
  /** By command, the runs that count. */
  readonly runs: readonly (readonly MarkedRun[])[];
  readonly last: MarkedRun | null;
  /** Runs that did not take place, since one before them failed or an end was asked for. */
  readonly missing: number;
  /** Null where none was asked for, or nothing was measured. */
  readonly baseline: BaselineStretch | null;
  /** 0, or the status of the first run that failed, or 128 + n where signal n came before the first. */
  readonly status: number;
}

/** Power is back at its baseline where it lies within this of it, */
const idleShare = 0.05;
const idleMarginMw = 1000;
/** over this long; */
const idleWindowMs = 500;
/** and this is how long it is waited for. */
const idleLimitMs = 120_000;

/** Runs the commands one after another, until one fails or somebody wants an end. */
export async function runExperiment(
  plan: ExperimentPlan,
  measurement: Measurement,
  relay: SignalRelay,
): Promise<Experiment> {
  const runs: MarkedRun[][] = plan.commands.map(() => []);
  const baseline = await measureBaseline(plan, measurement, relay);
  const idleMw = idlePowerMw(plan, baseline, measurement);
  let last: MarkedRun | null = null;

  let missing = plan.commands.length * (plan.warmups + plan.runs);
  const result = (status: number): Experiment => ({ runs, last, baseline, status, missing });
  for (const [index, argv] of plan.commands.entries()) {
    for (let n = 0; n < plan.warmups + plan.runs; n++) {
      if (last && plan.cooldown) await coolDown(plan.cooldown, idleMw, measurement, relay);
      if (relay.interruptedBy !== null) return result(128 + constants.signals[relay.interruptedBy]);
      last = await runMarked(argv, measurement.originNs, relay);
      missing--;
      if (measurement.hasBoard) await measurement.reached(last.endNs / 1000);
      if (n >= plan.warmups || last.end.status !== 0) runs[index]!.push(last);
      if (last.end.status !== 0 || relay.endAsked) return result(last.end.status);
    }
  }
  return result(0);
}

async function measureBaseline(
  { baseline }: ExperimentPlan,
  measurement: Measurement,
  relay: SignalRelay,
): Promise<BaselineStretch | null> {
  if (!measurement.hasBoard) return null;
  await measurement.reached(0); // a sample lies before the first run
  if (baseline.kind === 'known' || baseline.durationMs === 0) return null;
  const startUs = nsSince(measurement.originNs) / 1000;
  await relay.sleep(baseline.durationMs);
  const endUs = startUs + baseline.durationMs * 1000;
  await measurement.reached(endUs);
  return { startUs, endUs };
}

/** What the system draws when idle, mW; null where nobody knows. */
function idlePowerMw(
  { baseline }: ExperimentPlan,
  stretch: BaselineStretch | null,
  measurement: Measurement,
): number | null {
  if (stretch) return measurement.history.meanBetween(stretch.startUs, stretch.endUs, 0);
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
