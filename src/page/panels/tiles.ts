import { colourOf } from '../../draw/colours.js';
import { element, figure } from '../dom.js';
import { joules, joulesParts, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import type { Channel } from '../state/recording.js';

type Figures = Readonly<Record<string, number | null>>;

/** Energies and powers by component, of a whole recording or of the command in it. */
interface Part {
  readonly energy_j?: Figures;
  readonly energy_uncertainty_j?: Figures;
  readonly power_w?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  readonly energy_above_idle_j?: Figures;
  readonly energy_above_idle_uncertainty_j?: Figures;
}

/** The numbers one came for: what each component cost, large enough to be read from across the room. Several runs have a table instead. */
export function tilesPanel(state: AppState): HTMLElement {
  const root = element('section', { class: 'tiles', 'aria-label': 'Energy by component' });
  const fill = (): void => {
    const components = state.channels.filter(({ kind }) => kind === 'component');
    root.replaceChildren(...components.map((channel) => tileOf(state, channel)));
  };
  root.hidden = state.recordings.length > 1;
  if (root.hidden) return root;
  fill();
  state.on(['runs', 'theme'], fill);
  return root;
}

function tileOf(state: AppState, { name, colourIndex }: Channel): HTMLElement {
  const { summary } = state.recordings[0]!.run;
  const command = summary.command as Part | undefined;
  const lines = command?.energy_j ? commandLines(name, command) : wholeLines(name, summary);
  const tile = element('article', { class: 'tile' }, element('h2', {}, name), ...lines);
  tile.style.setProperty('--series', colourOf(name, colourIndex, state.theme));
  return tile;
}

const wholeLines = (name: string, whole: Part): HTMLElement[] => [
  bigEnergy(name, '', whole),
  powerLine(name, '', whole),
];

/** Of a recording around a command, the command's figures are what was asked for; the whole recording's stand in the table of rails. */
function commandLines(name: string, command: Part): HTMLElement[] {
  const lines = [bigEnergy(name, 'command.', command), powerLine(name, 'command.', command)];
  const aboveJ = command.energy_above_idle_j?.[name] ?? null;
  // Nobody measured how much the machine draws when idle.
  if (aboveJ === null) return lines;
  const text = joules(aboveJ, command.energy_above_idle_uncertainty_j?.[name] ?? null);
  return [
    ...lines,
    line(...labelled('above idle', figure(`command.energy_above_idle_j.${name}`, aboveJ, text))),
  ];
}

function bigEnergy(name: string, prefix: string, part: Part): HTMLElement {
  const energyJ = part.energy_j?.[name] ?? null;
  const uncertaintyJ = part.energy_uncertainty_j?.[name] ?? null;
  // The number large, its unit beside it, how far it may be off small behind.
  const [value, unit, doubt] = joulesParts(energyJ, uncertaintyJ);
  return element(
    'p',
    { class: 'tile-energy' },
    figure(`${prefix}energy_j.${name}`, energyJ, value),
    element('span', { class: 'unit' }, unit),
    doubt === ''
      ? null
      : element('span', {}, '± ', figure(`${prefix}energy_uncertainty_j.${name}`, uncertaintyJ, doubt)),
  );
}

function powerLine(name: string, prefix: string, part: Part): HTMLElement {
  const power = part.power_w?.[name];
  const one = (key: string, label: string) =>
    labelled(label, figure(`${prefix}power_w.${name}.${key}`, power?.[key] ?? null, watts(power?.[key])));
  return line(...one('mean', 'mean'), ...one('max', 'peak'));
}

const labelled = (label: string, value: HTMLElement): HTMLElement[] => [
  element('span', { class: 'label' }, label),
  value,
];

const line = (...contents: readonly HTMLElement[]): HTMLElement =>
  element('p', { class: 'tile-line' }, ...contents);
