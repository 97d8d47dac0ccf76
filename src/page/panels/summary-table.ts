import type { PageSummary } from '../../draw/page-data.js';
import { element, figure, isolated } from '../dom.js';
import { unknown } from '../format.js';
import type { AppState } from '../state/app-state.js';
import { keyPrefix } from '../state/recording.js';

/** Of a list as long as the gaps of a bad link, so many are shown; the summary file has them all. */
const mostOfList = 1000;

/** Everything that the summary knows, key by key, made when somebody opens it. */
export function summaryPanel(state: AppState): HTMLElement {
  const body = element('div', { class: 'summary-groups' });
  const root = element(
    'details',
    { class: 'card everything' },
    element('summary', {}, element('h2', {}, 'Everything the summary knows')),
    body,
  );
  const fill = (): void => {
    if (!root.open) return;
    body.replaceChildren(
      ...state.recordings.flatMap(({ run }, n) =>
        groupsOf(run.summary).map(([title, entries]) =>
          element(
            'section',
            { class: 'summary-group' },
            element(
              'h3',
              {},
              ...(state.recordings.length > 1 ? [isolated(run.name), `: ${title}`] : [title]),
            ),
            element(
              'dl',
              {},
              ...entries.flatMap(([key, value]) => leaves(value, key, keyPrefix(state.recordings, n))),
            ),
          ),
        ),
      ),
    );
  };
  root.addEventListener('toggle', fill);
  state.on(['runs'], fill);
  return root;
}

/** What is a single value stands together at the top; everything else under its own name. */
function groupsOf(summary: PageSummary): [string, [string, unknown][]][] {
  const entries = Object.entries(summary);
  const isSingle = ([, value]: [string, unknown]) => typeof value !== 'object' || value === null;
  return [
    ['recording', entries.filter(isSingle)],
    ...entries
      .filter((entry) => !isSingle(entry))
      .map((entry): [string, [string, unknown][]] => [entry[0], [entry]]),
  ];
}

/** Names and values of all that is in a value, in its own order. */
function leaves(value: unknown, key: string, prefix: string): HTMLElement[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [...pair(key, element('span', {}, 'none'))];
    if (value.every((each) => typeof each === 'string'))
      return [...pair(key, element('span', {}, value.join(' ')))];
    const listed = value
      .slice(0, mostOfList)
      .flatMap((each, n) => leaves(each, `${key}.${nameOf(each) ?? n}`, prefix));
    const left = value.length - mostOfList;
    return left > 0 ? [...listed, ...pair(key, element('span', {}, `and ${left} more`))] : listed;
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, each]) => leaves(each, `${key}.${name}`, prefix));
  if (typeof value === 'number') return [...pair(key, figure(`${prefix}${key}`, value, String(value)))];
  return [...pair(key, element('span', {}, value === null ? unknown : String(value)))];
}

/** Lists of what has a name are told by it, as `phases.train`. */
const nameOf = (value: unknown): string | undefined => {
  const { name } = (typeof value === 'object' && value !== null ? value : {}) as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
};

const pair = (key: string, value: HTMLElement): [HTMLElement, HTMLElement] => [
  element('dt', {}, key),
  element('dd', {}, value),
];
