import { colourOf } from '../../draw/colours.js';
import { button, element } from '../dom.js';
import { duration, instant, watts } from '../format.js';
import type { AppState } from '../state/app-state.js';
import { lengthUs } from '../state/range.js';
import type { Recording } from '../state/recording.js';
import { cardOfRuns, swatch } from './card.js';

const usPerS = 1e6;
/** A jump shows this share of the recording, unless the view is narrower already. */
const jumpShare = 1 / 100;
/** A list that nobody reads to its end. */
const mostListed = 500;

/** Where a component stood out most: each can be gone to. */
export const excursionsPanel = (state: AppState): HTMLElement =>
  cardOfRuns(state, 'Largest excursions', 'excursions', (recording) => {
    const { excursions } = recording.run;
    if (excursions.length === 0) return null;
    return listOf(
      excursions.map(({ series, atUs, powerMw, excessMw }) => {
        const channel = state.channels.find(({ name }) => name === series);
        const sign = excessMw > 0 ? '+' : '−';
        return entry(state, recording, atUs, atUs, [
          swatch(colourOf(series, channel?.colourIndex ?? 0, state.theme)),
          element('span', { class: 'event-name' }, series),
          element('span', { class: 'event-value' }, watts(powerMw / 1e3)),
          element('span', { class: 'event-more' }, `${sign}${watts(Math.abs(excessMw) / 1e3)}`),
        ]);
      }),
    );
  });

/** Marks, faults, gaps and warnings in the order in which they came. */
export const eventsPanel = (state: AppState): HTMLElement =>
  cardOfRuns(state, 'Marks, gaps and faults', 'events', (recording) => {
    const { flags, gaps } = recording.run;
    const found = [
      ...flags.map(({ kind, name, atUs }) => ({
        kind: kind.replace('-', ' '),
        name,
        startUs: atUs,
        endUs: atUs,
      })),
      ...gaps.map(({ startUs, endUs, cause }) => ({
        kind: 'gap',
        name: `${cause}, ${duration((endUs - startUs) / usPerS)}`,
        startUs,
        endUs,
      })),
    ].sort((a, b) => a.startUs - b.startUs);
    if (found.length === 0) return null;
    return listOf(
      found.map(({ kind, name, startUs, endUs }) =>
        entry(state, recording, startUs, endUs, [
          element('span', { class: 'event-kind' }, kind),
          element('span', { class: 'event-name' }, name),
        ]),
      ),
    );
  });

function listOf(entries: readonly HTMLElement[]): HTMLElement {
  const left = entries.length - mostListed;
  return element(
    'ul',
    { class: 'event-list' },
    ...entries.slice(0, mostListed),
    left > 0 ? element('li', { class: 'hint' }, `and ${left} more`) : null,
  );
}

function entry(
  state: AppState,
  { offsetUs }: Recording,
  startUs: number,
  endUs: number,
  contents: readonly HTMLElement[],
): HTMLElement {
  const jump = button('', { class: 'event' }, () => {
    const [fromUs, toUs] = [startUs + offsetUs, endUs + offsetUs];
    const length = Math.max(
      Math.min(lengthUs(state.view), lengthUs(state.whole) * jumpShare),
      (toUs - fromUs) * 3,
    );
    const middle = (fromUs + toUs) / 2;
    state.setCursors([fromUs, endUs > startUs ? toUs : null]);
    state.goTo({ fromUs: middle - length / 2, toUs: middle + length / 2 });
  });
  jump.append(
    element('span', { class: 'event-time' }, instant((startUs + offsetUs) / usPerS, 1e-3)),
    ...contents,
  );
  return element('li', {}, jump);
}
