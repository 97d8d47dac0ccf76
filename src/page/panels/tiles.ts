import { colourOf } from '../../draw/colours.js';
import { element, figure } from '../dom.js';
import { joules, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import { type Channel, keyPrefix } from '../state/recording.js';

type Figures = Readonly<Record<string, number | null>>;

/** Energies and powers by component, of a whole recording or of the command in it. */
interface Part {
  readonly energy_j?: Figures;
  readonly energy_uncertainty_j?: Figures;
  readonly power_w?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  readonly energy_above_idle_j?: Figures;
  readonly energy_above_idle_uncertainty_j?: Figures;
}

/** The numbers one came for: what each component cost, large enough to be read from across the room. */
export function tilesPanel(state: AppState): HTMLElement {
  const root = element('section', { class: 'tiles', 'aria-label': 'Energy by component' });
  const fill = (): void => {
    const components = state.channels.filter(({ kind }) => kind === 'component');
    root.replaceChildren(...components.map((channel) => tileOf(state, channel)));
  };
  fill();
  state.on(['runs', 'theme'], fill);
  return root;
}

function tileOf(state: AppState, channel: Channel): HTMLElement {
  const { name, colourIndex } = channel;
  const tile = element('article', { class: 'tile' }, element('h2', {}, name));
  tile.style.setProperty('--series', colourOf(name, colourIndex, state.theme));
  state.recordings.forEach(({ run }, n) => {
    if (channel.series[n]! < 0) return;
    const prefix = keyPrefix(state.recordings, n);
    const command = run.summary.command as Part | undefined;
    const label = state.recordings.length > 1 ? element('p', { class: 'tile-run' }, run.name) : null;
    tile.append(
      ...[
        label,
        ...(command?.energy_j
          ? commandLines(name, prefix, command, run.summary)
          : wholeLines(name, prefix, run.summary)),
      ].filter((line) => line !== null),
    );
  });
  return tile;
}

function wholeLines(name: string, prefix: string, whole: Part): HTMLElement[] {
  return [bigEnergy(name, prefix, whole), powerLine(name, prefix, whole)];
}

/** Of a recording around a command, the command's figures are what was asked for; the whole recording's stand below. */
function commandLines(name: string, prefix: string, command: Part, whole: Part): HTMLElement[] {
  const own = `${prefix}command.`;
  const above = command.energy_above_idle_j?.[name];
  const lines = [bigEnergy(name, own, command), powerLine(name, own, command)];
  if (above !== undefined) {
    const text = joules(above, command.energy_above_idle_uncertainty_j?.[name] ?? null);
    lines.push(line('above idle', figure(`${own}energy_above_idle_j.${name}`, above, text)));
  }
  const text = joules(whole.energy_j?.[name], whole.energy_uncertainty_j?.[name] ?? null);
  lines.push(line('recording', figure(`${prefix}energy_j.${name}`, whole.energy_j?.[name] ?? null, text)));
  return lines;
}

function bigEnergy(name: string, prefix: string, part: Part): HTMLElement {
  const energyJ = part.energy_j?.[name] ?? null;
  const uncertaintyJ = part.energy_uncertainty_j?.[name] ?? null;
  const [value = '', rest = ''] = split(joules(energyJ, uncertaintyJ));
  const main = figure(`${prefix}energy_j.${name}`, energyJ, value);
  return element(
    'p',
    { class: 'tile-energy' },
    main,
    uncertaintyJ === null ? rest : figure(`${prefix}energy_uncertainty_j.${name}`, uncertaintyJ, rest),
  );
}

/** `3.214 ± 0.096 kJ` as the number and what stands small behind it. */
function split(text: string): [string, string] {
  const at = text.indexOf(' ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

function powerLine(name: string, prefix: string, part: Part): HTMLElement {
  const power = part.power_w?.[name];
  const one = (key: string, label: string) => [
    element('span', { class: 'label' }, label),
    figure(`${prefix}power_w.${name}.${key}`, power?.[key] ?? null, watts(power?.[key])),
  ];
  return element('p', { class: 'tile-line pair' }, ...one('mean', 'mean'), ...one('max', 'peak'));
}

const line = (label: string, value: HTMLElement): HTMLElement =>
  element('p', { class: 'tile-line' }, element('span', { class: 'label' }, label), value);
