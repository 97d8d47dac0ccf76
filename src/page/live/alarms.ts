import { element } from '../dom.js';
import { instant } from '../format.js';
import type { AppState } from '../state/app-state.js';

interface Alarm {
  /** What it is, whatever the numbers in it are by now. */
  readonly id: string;
  readonly isFault: boolean;
  readonly code: string;
  readonly text: string;
}

/** Beyond these a list only grows long. */
const mostListed = 100;
const mostSpoken = 10;

/** What somebody should look after: faults of the boards, and warnings. A row that is always there, so that nothing moves when one comes. */
export class Alarms {
  readonly root = element('section', { class: 'alarms', 'aria-label': 'Alarms' });
  readonly #state: AppState;
  readonly #latest = element('p', { class: 'alarm-latest' });
  readonly #count = element('span', { class: 'alarm-count' });
  readonly #list = element('ul');
  readonly #more = element(
    'details',
    { class: 'alarm-more' },
    element('summary', {}, this.#count),
    this.#list,
  );
  /** Each is spoken when it comes, and not again with the next one. */
  readonly #spoken = element('div', { class: 'unseen', role: 'alert', 'aria-atomic': 'false' });
  readonly #known = new Set<string>();

  constructor(state: AppState) {
    this.#state = state;
    this.root.append(this.#latest, this.#more, this.#spoken);
    state.on(['runs', 'bands'], () => this.#show());
    this.#more.addEventListener('toggle', () => this.#show());
    this.#show();
  }

  #show(): void {
    const alarms = this.#all();
    const fresh = alarms.filter(({ id }) => !this.#known.has(id));
    for (const { id } of fresh) this.#known.add(id);
    this.#spoken.append(...fresh.map((alarm) => element('p', {}, textOf(alarm))));
    while (this.#spoken.childElementCount > mostSpoken) this.#spoken.firstElementChild!.remove();
    const [latest] = alarms;
    this.root.dataset.level = latest ? (alarms.some(({ isFault }) => isFault) ? 'fault' : 'warning') : 'none';
    this.#latest.replaceChildren(...(latest ? shown(latest) : ['No alarms']));
    this.#latest.title = latest ? textOf(latest) : '';
    this.#more.hidden = alarms.length < 2;
    this.#count.textContent = `${alarms.length} in all`;
    if (this.#more.open || alarms.length < 2)
      this.#list.replaceChildren(
        ...alarms.slice(0, mostListed).map((alarm) => element('li', {}, ...shown(alarm))),
      );
  }

  /** Faults before warnings, the latest first. */
  #all(): Alarm[] {
    const { recordings } = this.#state;
    const named = (name: string, text: string) => (recordings.length > 1 ? `${name}: ${text}` : text);
    const flags = recordings
      .flatMap(({ run, offsetUs }) =>
        run.flags
          .filter(({ kind }) => kind !== 'mark')
          .map((flag) => ({ ...flag, run, atUs: flag.atUs + offsetUs })),
      )
      .sort((a, b) => b.atUs - a.atUs)
      .map(
        ({ kind, name, atUs, run }): Alarm => ({
          ...{
            id: `${run.id} ${kind} ${name} ${atUs}`,
            isFault: kind === 'board-fault' || kind === 'wire-alarm',
          },
          code: kind.replace('-', ' '),
          text: named(run.name, `${name} at ${instant(atUs / 1e6, 0.1)}`),
        }),
      );
    const warnings = recordings.flatMap(({ run }) =>
      run.summary.warnings.map(
        ({ code, message }): Alarm => ({
          ...{ id: `${run.id} ${code}`, isFault: false, code },
          text: named(run.name, message),
        }),
      ),
    );
    return [...flags, ...warnings];
  }
}

const textOf = ({ code, text }: Alarm): string => `${code}: ${text}`;

const shown = ({ code, text }: Alarm): (Node | string)[] => [
  element('span', { class: 'warning-code' }, code),
  text,
];
