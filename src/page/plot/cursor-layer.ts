import { eachFrame, element } from '../dom.js';
import { duration, instant } from '../format.js';
import type { AppState, Cursors } from '../state/app-state.js';
import { usAt } from '../state/range.js';

const letters = ['A', 'B'] as const;
const usPerS = 1e6;
/** One press of an arrow key moves a cursor by this share of the view. */
const stepShare = 1 / 500;

/** The two cursors and what lies between them, over the plot. */
export class CursorLayer {
  readonly root = element('div', { class: 'cursors' });
  readonly #state: AppState;
  readonly #shade = element('div', { class: 'selection-shade' });
  readonly #length = element('div', { class: 'selection-length' });
  readonly #handles: readonly HTMLElement[];
  #isEmpty = false;

  constructor(state: AppState) {
    this.#state = state;
    this.#handles = letters.map((letter, n) => this.#handle(letter, n));
    this.#shade.append(this.#length);
    this.root.append(this.#shade, ...this.#handles);
    state.on(
      ['view', 'cursors', 'offsets', 'verdict'],
      eachFrame(() => this.place()),
    );
  }

  place(): void {
    const { view, cursors, selection } = this.#state;
    const hasNothing = cursors.every((us) => us === null);
    if (hasNothing && this.#isEmpty) return;
    this.#isEmpty = hasNothing;
    const width = this.root.clientWidth;
    const x = (us: number) => ((us - view.fromUs) / (view.toUs - view.fromUs)) * width;
    this.#handles.forEach((handle, n) => {
      const us = cursors[n]!;
      handle.hidden = us === null || us < view.fromUs || us > view.toUs;
      if (us === null) return;
      handle.style.transform = `translateX(${x(us)}px)`;
      const text = instant(us / usPerS, 1e-6);
      handle.setAttribute('aria-valuenow', String(us / usPerS));
      handle.setAttribute('aria-valuetext', text);
    });
    this.#shade.hidden = selection === null;
    if (!selection) return;
    const left = Math.max(x(selection.fromUs), -2);
    const right = Math.min(x(selection.toUs), width + 2);
    this.#shade.hidden = right < 0 || left > width;
    this.#shade.style.transform = `translateX(${left}px)`;
    this.#shade.style.width = `${Math.max(right - left, 0)}px`;
    const { verdict } = this.#state;
    this.#length.replaceChildren(
      element('span', {}, `Δ ${duration((selection.toUs - selection.fromUs) / usPerS)}`),
      element('strong', {}, verdict),
    );
    this.#length.hidden = right - left < 40;
  }

  #handle(letter: string, n: number): HTMLElement {
    const tag = element('span', { class: 'cursor-tag', 'aria-hidden': 'true' }, letter);
    const handle = element(
      'div',
      {
        class: 'cursor',
        role: 'slider',
        tabindex: '0',
        'aria-label': `Cursor ${letter}`,
        'data-cursor': letter,
      },
      tag,
    );
    handle.hidden = true;
    handle.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
      handle.setPointerCapture(event.pointerId);
      const move = ({ clientX }: PointerEvent) => this.#set(n, this.#usAt(clientX));
      handle.addEventListener('pointermove', move);
      handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), {
        once: true,
      });
    });
    handle.addEventListener('keydown', (event) => {
      const { fromUs, toUs } = this.#state.view;
      const step = (toUs - fromUs) * stepShare * (event.shiftKey ? 10 : 1);
      const us = this.#state.cursors[n];
      if (us === null || us === undefined) return;
      if (event.key === 'ArrowLeft') this.#set(n, us - step);
      else if (event.key === 'ArrowRight') this.#set(n, us + step);
      else if (event.key === 'Delete' || event.key === 'Backspace') this.#set(n, null);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return handle;
  }

  #set(n: number, us: number | null): void {
    const { whole } = this.#state;
    const within = us === null ? null : Math.min(Math.max(us, whole.fromUs), whole.toUs);
    const cursors = [...this.#state.cursors] as [Cursors[0], Cursors[1]];
    cursors[n] = within;
    this.#state.setCursors(cursors);
  }

  #usAt(clientX: number): number {
    const { left, width } = this.root.getBoundingClientRect();
    return usAt(this.#state.view, (clientX - left) / width);
  }
}
