import type { PageBand, PageFlag } from '../../draw/page-data.js';
import { commandNames } from '../../exec/figures/names.js';
import type { PerComponent } from '../../measure/summary.js';
import { exactSpan, type Span } from '../../trace/span.js';
import type { Trace } from '../../trace/trace.js';
import { phasesOf, type Told } from './told.js';

/** More cannot be told apart in a picture; of more, the longest. */
const mostBands = 2000;
const usPerS = 1e6;

interface Stretch extends Omit<PageBand, 'energyJ'> {
  /** Null where it has to be evaluated. */
  readonly energyJ: PerComponent<number | null> | null;
}

/**
 * The stretches that `exec` knows of, with what each cost, in the order of their begin.
 * @param trace is asked for what no summary tells, as single times of a phase; null where it cannot be asked
 */
export async function bandsOf(
  told: Told,
  baseline: Span | null,
  trace: Pick<Trace, 'evaluate'> | null,
): Promise<PageBand[]> {
  const stretches = [...idle(baseline), ...runs(told), ...phases(told)]
    .sort((a, b) => b.endUs - b.startUs - (a.endUs - a.startUs))
    .slice(0, mostBands);
  const asked = stretches.filter(({ energyJ }) => energyJ === null);
  const costs =
    trace && asked.length > 0
      ? await trace.evaluate(
          asked.map(({ startUs, endUs }) => ({
            spans: [exactSpan(startUs * 1000, endUs * 1000)],
            distribution: false,
          })),
        )
      : [];
  const energies = new Map(asked.map((each, n) => [each, costs[n]?.cost.energy_j ?? {}]));
  return stretches
    .map((each): PageBand => ({ ...each, energyJ: each.energyJ ?? energies.get(each)! }))
    .sort((a, b) => a.startUs - b.startUs || b.endUs - a.endUs);
}

/** Phases of no length: instants that bear a name. */
export const pointsOf = (told: Told): PageFlag[] =>
  phasesOf(told).flatMap(({ name, spans }) =>
    spans
      .filter(({ start_s, end_s }) => start_s === end_s)
      .map(({ start_s }) => ({ kind: 'mark' as const, name, atUs: start_s * usPerS })),
  );

const idle = (baseline: Span | null): Stretch[] =>
  baseline && baseline.endNs > baseline.startNs
    ? [
        {
          ...{ kind: 'baseline', name: 'baseline', energyJ: null },
          ...{ startUs: baseline.startNs / 1000, endUs: baseline.endNs / 1000 },
        },
      ]
    : [];

function runs({ command, runs: repeated }: Told): Stretch[] {
  const stretch = (
    kind: 'run' | 'command',
    name: string,
    { start_s, end_s, energy_j }: { start_s: number; end_s: number; energy_j: PerComponent<number | null> },
  ): Stretch => ({ kind, name, startUs: start_s * usPerS, endUs: end_s * usPerS, energyJ: energy_j });
  if (repeated.length === 0) return command ? [stretch('command', command.argv.join(' '), command)] : [];
  const names = commandNames(repeated.map(({ argv }) => argv.join(' ')));
  return repeated.flatMap((each, n) =>
    each.runs.map((run) => {
      const which = `${run.warmup ? 'warm-up' : 'run'} ${run.number}`;
      return stretch('run', repeated.length > 1 ? `${names[n]}, ${which}` : which, run);
    }),
  );
}

const phases = (told: Told): Stretch[] =>
  phasesOf(told).flatMap(({ name, spans, energy_j }) =>
    spans
      .filter(({ start_s, end_s }) => end_s > start_s)
      .map(({ start_s, end_s }) => ({
        ...{ kind: 'phase' as const, name, startUs: start_s * usPerS, endUs: end_s * usPerS },
        energyJ: spans.length === 1 ? energy_j : null,
      })),
  );
