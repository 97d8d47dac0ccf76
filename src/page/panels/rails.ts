import { colourOf } from '../../draw/colours.js';
import { fixed, plural } from '../../units.js';
import { element, figure } from '../dom.js';
import { duration, joules, unknown, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import type { Recording } from '../state/recording.js';
import { cardOfRuns, rowOf, swatch, tableOf } from './card.js';

type Figures = Readonly<Record<string, number | null>>;
const powers = ['mean', 'min', 'p50', 'p95', 'p99', 'max'] as const;

interface Rail {
  readonly power_w: Figures;
  readonly energy_j: number | null;
}

interface Wire {
  readonly name: string;
  readonly rail: string;
  readonly current_a: Figures;
  readonly power_w: Figures;
  readonly share: number | null;
  /** Absent in summaries of an earlier powerlog, as are alarms. */
  readonly share_max?: number | null;
  readonly alarms?: readonly WireOver[];
}

interface WireOver {
  readonly kind: 'current' | 'share';
  readonly limit: number;
  readonly times: number;
  readonly duration_s: number;
}

/** Energy and power of every component and rail. */
export const railsPanel = (state: AppState): HTMLElement =>
  cardOfRuns(state, 'Components and rails', 'rails wide', ({ run }, prefix) => {
    const { energy_j, energy_uncertainty_j, power_w, rails } = run.summary;
    const wholeJ = energy_j.system ?? null;
    const colour = (name: string) => {
      const channel = state.channels.find((each) => each.name === name);
      return colourOf(name, channel?.colourIndex ?? 0, state.theme);
    };
    const row = (
      name: string,
      key: (what: string) => string,
      energyJ: number | null,
      uncertaintyJ: number | null,
      power: Figures,
    ) =>
      rowOf(
        [swatch(colour(name)), name],
        figure(key('energy_j'), energyJ, joules(energyJ, uncertaintyJ)),
        shareBar(energyJ, wholeJ, colour(name)),
        ...powers.map((what) => figure(`${key('power_w')}.${what}`, power[what] ?? null, watts(power[what]))),
      );
    const components = Object.entries(power_w).map(([name, power]) =>
      row(
        name,
        (what) => `${prefix}${what}.${name}`,
        energy_j[name] ?? null,
        energy_uncertainty_j[name] ?? null,
        power,
      ),
    );
    const ofRails = Object.entries((rails ?? {}) as Readonly<Record<string, Rail>>).map(([name, rail]) =>
      row(name, (what) => `${prefix}rails.${name}.${what}`, rail.energy_j, null, rail.power_w),
    );
    ofRails[0]?.classList.add('first-of-group');
    return tableOf(['', 'energy', 'of system', ...powers], [...components, ...ofRails]);
  });

/** The single wires of connectors, where the board measures them. */
export const wiresPanel = (state: AppState): HTMLElement =>
  cardOfRuns(
    state,
    'Wires',
    'wires wide',
    ({ run }: Recording, prefix) => {
      const wires = (run.summary.wires ?? []) as readonly Wire[];
      if (wires.length === 0) return null;
      return tableOf(
        ['', 'rail', 'mean current', 'largest', 'mean power', 'largest', 'share', 'largest', 'over'],
        wires.map(({ name, rail, current_a, power_w, share, share_max = null, alarms = [] }) => {
          const own = `${prefix}wires.${name}.`;
          const current = (what: string) =>
            figure(`${own}current_a.${what}`, current_a[what] ?? null, ampereText(current_a[what] ?? null));
          const shareOf = (key: string, value: number | null) =>
            figure(`${own}${key}`, value, value === null ? unknown : `${fixed(value * 100, 1)} %`);
          const row = rowOf(
            [name],
            rail,
            current('mean'),
            current('max'),
            figure(`${own}power_w.mean`, power_w.mean ?? null, watts(power_w.mean)),
            figure(`${own}power_w.max`, power_w.max ?? null, watts(power_w.max)),
            shareOf('share', share),
            shareOf('share_max', share_max),
            alarms.map(overText).join(', '),
          );
          row.classList.toggle('is-over', alarms.length > 0);
          return row;
        }),
      );
    },
    '',
  );

const overText = ({ kind, limit, times, duration_s }: WireOver): string =>
  `${kind === 'current' ? `${limit} A` : `${Number(fixed(limit * 100, 1))} %`}, ${plural(times, 'time')}, ${duration(duration_s)}`;

const ampereText = (current: number | null): string =>
  current === null ? unknown : `${fixed(current, 2)} A`;

function shareBar(energyJ: number | null, wholeJ: number | null, colour: string): HTMLElement {
  const share = energyJ !== null && wholeJ ? Math.min(Math.max(energyJ / wholeJ, 0), 1) : 0;
  const bar = element('span', { class: 'share-bar' });
  bar.style.width = `${share * 100}%`;
  bar.style.background = colour;
  return element('span', { class: 'share', title: `${fixed(share * 100, 1)} %` }, bar);
}
