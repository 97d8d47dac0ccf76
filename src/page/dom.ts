import { printable, printableLines } from '../text.js';

type Child = Node | string | null;

/** An element with its attributes and children; strings become text, never markup, and nothing in them can turn the direction of others. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    made.setAttribute(name, toldOf.has(name) ? printableLines(value) : value);
  made.append(
    ...children
      .filter((child) => child !== null)
      .map((child) => (typeof child === 'string' ? printable(child) : child)),
  );
  return made;
}

/** Attributes that people read or hear. */
const toldOf = new Set(['title', 'aria-label']);

/** A name from elsewhere among other words, which stay in their order. */
export const isolated = (name: string): HTMLElement => element('bdi', {}, name);

/** A button that does one thing. @param label what it is called where its text does not say it */
export function button(
  text: string,
  attributes: Readonly<Record<string, string>>,
  call: () => void,
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, text);
  made.addEventListener('click', call);
  return made;
}

/** The number of a figure, with its key and its unrounded value for programs. */
export function figure(key: string | null, value: number | null, text: string): HTMLElement {
  const made = element('data', { class: 'figure' }, text);
  if (key !== null) setFigure(made, key, value, text);
  return made;
}

export function setFigure(at: HTMLElement, key: string, value: number | null, text: string): void {
  at.dataset.key = key;
  at.dataset.value = value === null || !Number.isFinite(value) ? '' : String(value);
  at.setAttribute('value', at.dataset.value);
  if (at.textContent !== text) at.textContent = text;
}

const scrolling = '.event-list, .scroll';
const focusable = 'button, input, [tabindex]';

/**
 * New contents in the place of old ones of the same kind: who has the focus in them keeps it, and lists stay where they were scrolled to.
 * They come later where somebody presses something in the old ones.
 */
export function refill(parent: HTMLElement, children: readonly Node[]): void {
  if (parent.matches(':active')) {
    document.addEventListener('pointerup', () => setTimeout(() => refill(parent, children)), { once: true });
    return;
  }
  const scrolled = [...parent.querySelectorAll(scrolling)].map(({ scrollTop, scrollLeft }) => ({
    scrollTop,
    scrollLeft,
  }));
  const { activeElement } = document;
  const place = [...parent.querySelectorAll(focusable)].indexOf(activeElement!);
  parent.replaceChildren(...children);
  for (const [n, made] of [...parent.querySelectorAll(scrolling)].entries()) {
    const before = scrolled[n];
    if (before) Object.assign(made, before);
  }
  if (place >= 0) parent.querySelectorAll<HTMLElement>(focusable)[place]?.focus({ preventScroll: true });
}

/** What is drawn once per picture of the screen, however often it is asked for. */
export class FrameTask {
  readonly #draw: () => void;
  #isDue = false;
  #isReady = false;
  #isWaiting = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** With the next picture of the screen. */
  readonly ask = (): void => {
    this.#isDue = true;
    this.#wait();
  };

  /** At once, unless it has been for the next picture already: what takes long to draw is ready when that comes. */
  readonly askNow = (): void => {
    if (this.#isReady) {
      this.ask();
      return;
    }
    this.#run();
    this.#isReady = true;
    this.#wait();
  };

  #run(): void {
    this.#isDue = false;
    this.#draw();
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      this.#isReady = false;
      if (this.#isDue) this.#run();
    });
  }
}

/** Once per picture of the screen, however often it is asked for. */
export const eachFrame = (call: () => void): (() => void) => new FrameTask(call).ask;

/** When the next picture of the screen is painted. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });

/** When all of the page's file has been read. */
export function documentParsed(): Promise<void> {
  if (document.readyState !== 'loading') return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('DOMContentLoaded', () => resolve(), { once: true });
  });
}

/** Once in so many ms, at their end, however often it is asked for. */
export function afterAWhile(ms: number, call: () => void): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      call();
    }, ms);
  };
}

/** Of what is written into a canvas. */
export const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Text as much of it as there is room for. @param room in the context's own pixels */
export function fitText(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 0 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return length > 0 ? `${text.slice(0, length)}…` : '';
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas');
  return context;
}
