import { colourOf } from '../../draw/colours.js';
import { fixed } from '../../units.js';
import { element, figure } from '../dom.js';
import { joules, unknown, watts } from '../format.js';
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
        ['', 'rail', 'mean current', 'largest', 'mean power', 'largest', 'share'],
        wires.map(({ name, rail, current_a, power_w, share }) => {
          const own = `${prefix}wires.${name}.`;
          const amperes = (what: string) =>
            figure(`${own}current_a.${what}`, current_a[what] ?? null, ampereText(current_a[what] ?? null));
          return rowOf(
            [name],
            rail,
            amperes('mean'),
            amperes('max'),
            figure(`${own}power_w.mean`, power_w.mean ?? null, watts(power_w.mean)),
            figure(`${own}power_w.max`, power_w.max ?? null, watts(power_w.max)),
            figure(`${own}share`, share, share === null ? unknown : `${fixed(share * 100, 1)} %`),
          );
        }),
      );
    },
    '',
  );

const ampereText = (current: number | null): string =>
  current === null ? unknown : `${fixed(current, 2)} A`;

function shareBar(energyJ: number | null, wholeJ: number | null, colour: string): HTMLElement {
  const share = energyJ !== null && wholeJ ? Math.min(Math.max(energyJ / wholeJ, 0), 1) : 0;
  const bar = element('span', { class: 'share-bar' });
  bar.style.width = `${share * 100}%`;
  bar.style.background = colour;
  return element('span', { class: 'share', title: `${fixed(share * 100, 1)} %` }, bar);
}
