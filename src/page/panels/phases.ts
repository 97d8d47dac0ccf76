import type { PageBand, PageRun } from '../../draw/page-data.js';
import { formatCount } from '../../units.js';
import { button, figure } from '../dom.js';
import { duration, joules, unknown, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import type { Recording } from '../state/recording.js';
import { cardOfRuns, rowOf, tableOf } from './card.js';

const usPerS = 1e6;

type Figures = Readonly<Record<string, number | null>>;

interface Phase {
  readonly name: string;
  readonly times?: number;
  readonly count?: number | null;
  readonly duration_s?: number;
  readonly power_w?: Readonly<Record<string, Figures>>;
  readonly energy_j: Figures;
  readonly energy_uncertainty_j?: Figures;
  readonly energy_per_count_j?: Figures;
}

/** What each phase of the command cost. */
export const phasesPanel = (state: AppState): HTMLElement =>
  cardOfRuns(state, 'Phases', 'phases wide', (recording, prefix) => {
    const phases = phasesOf(recording.run);
    if (phases.length === 0) return null;
    const components = recording.run.series
      .filter(({ kind }) => kind === 'component')
      .map(({ name }) => name);
    const isCounted = phases.some(({ count }) => typeof count === 'number');
    return tableOf(
      [
        'phase',
        'times',
        'time',
        ...components,
        'mean system',
        ...(isCounted ? ['count', 'system per count'] : []),
      ],
      phases.map((phase) => phaseRow(state, recording, prefix, phase, components, isCounted)),
    );
  });

/** As the summary has them; of a recording under way, which has none yet, as far as they have come. */
function phasesOf({ summary, bands }: PageRun): readonly Phase[] {
  if (summary.phases) return summary.phases as readonly Phase[];
  const byName = new Map<string, PageBand[]>();
  for (const band of bands)
    if (band.kind === 'phase') byName.set(band.name, [...(byName.get(band.name) ?? []), band]);
  return [...byName].map(([name, own]) => {
    const seconds = own.reduce((sum, { startUs, endUs }) => sum + (endUs - startUs), 0) / usPerS;
    const energy_j: Record<string, number | null> = {};
    for (const component of Object.keys(own[0]!.energyJ))
      energy_j[component] = own.reduce<number | null>((sum, { energyJ }) => {
        const joules = energyJ[component] ?? null;
        return sum === null || joules === null ? null : sum + joules;
      }, 0);
    const systemJ = energy_j.system ?? null;
    const mean = systemJ !== null && seconds > 0 ? systemJ / seconds : null;
    return { name, times: own.length, duration_s: seconds, energy_j, power_w: { system: { mean } } };
  });
}

function phaseRow(
  state: AppState,
  recording: Recording,
  prefix: string,
  phase: Phase,
  components: readonly string[],
  isCounted: boolean,
): HTMLElement {
  const own = `${prefix}phases.${phase.name}.`;
  const bands = recording.run.bands.filter(({ kind, name }) => kind === 'phase' && name === phase.name);
  // What only marks an instant took no time, and no energy.
  const isPoint = phase.duration_s === 0;
  const energies = components.map((name) => {
    const energyJ = phase.energy_j[name] ?? null;
    const text = isPoint ? unknown : joules(energyJ, phase.energy_uncertainty_j?.[name] ?? null);
    return figure(`${own}energy_j.${name}`, energyJ, text);
  });
  const mean = phase.power_w?.system?.mean ?? null;
  const perCount = phase.energy_per_count_j?.system ?? null;
  return rowOf(
    [bands.length > 0 ? selectButton(state, recording, phase.name, bands) : phase.name],
    figure(`${own}times`, phase.times ?? null, formatCount(phase.times ?? bands.length)),
    figure(`${own}duration_s`, phase.duration_s ?? null, isPoint ? unknown : duration(phase.duration_s)),
    ...energies,
    figure(`${own}power_w.system.mean`, mean, watts(mean)),
    ...(isCounted
      ? [
          phase.count ? figure(`${own}count`, phase.count, formatCount(phase.count)) : '',
          perCount === null ? '' : figure(`${own}energy_per_count_j.system`, perCount, joules(perCount)),
        ]
      : []),
  );
}

/** By recording and name: which of its times is selected next. The buttons are made anew when more is known. */
const nextTimes = new WeakMap<Recording, Map<string, number>>();

/** Selects the phase; of one that ran several times, one time after the other. */
function selectButton(
  state: AppState,
  recording: Recording,
  name: string,
  bands: readonly PageBand[],
): HTMLButtonElement {
  const next = nextTimes.get(recording) ?? new Map<string, number>();
  nextTimes.set(recording, next);
  const titleAt = (time: number): string =>
    bands.length === 1
      ? 'Select it'
      : `Select time ${(time % bands.length) + 1} of ${formatCount(bands.length)}; again for the one behind it`;
  const made = button(name, { class: 'link', title: titleAt(next.get(name) ?? 0) }, () => {
    const time = next.get(name) ?? 0;
    const { startUs, endUs } = bands[time % bands.length]!;
    next.set(name, time + 1);
    made.title = titleAt(time + 1);
    state.show({ fromUs: startUs + recording.offsetUs, toUs: endUs + recording.offsetUs });
  });
  return made;
}
