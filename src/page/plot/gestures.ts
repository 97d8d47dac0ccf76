import type { AppState } from '../state/app-state.js';
import { middleUs, type Range, sameRange, scaled, shifted, usAt } from '../state/range.js';

/** Of a wheel that tells lines or pages instead of pixels. */
const pixelsByMode = [1, 16, 400] as const;
const zoomPerPixel = 0.0018;
/** A trackpad's pinch comes as a wheel of few pixels with Ctrl held. */
const pinchZoomPerPixel = 0.012;
/** Less is a click, not a drag, CSS pixels. */
const leastDragPx = 4;
/** A wheel that has rested so long begins a new movement, ms: undo goes back to before it. */
const wheelRestMs = 400;

interface Drag {
  readonly kind: 'pan' | 'select';
  readonly startX: number;
  readonly startUs: number;
  readonly view: Range;
  hasMoved: boolean;
}

/** Wheel, mouse and fingers over the plot. */
export class Gestures {
  readonly #state: AppState;
  readonly #over: HTMLElement;
  readonly #fingers = new Map<number, number>();
  #drag: Drag | null = null;
  #pinch: { readonly view: Range; readonly distance: number; readonly aboutUs: number } | null = null;
  #lastWheelMs = Number.NEGATIVE_INFINITY;

  constructor(state: AppState, over: HTMLElement) {
    this.#state = state;
    this.#over = over;
    over.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    over.addEventListener('pointerdown', (event) => this.#down(event));
    over.addEventListener('pointermove', (event) => this.#move(event));
    for (const name of ['pointerup', 'pointercancel'] as const)
      over.addEventListener(name, (event) => this.#up(event));
    over.addEventListener('pointerleave', () => {
      state.pointerUs = null;
    });
    over.addEventListener('dblclick', () => state.showAll());
  }

  #wheel(event: WheelEvent): void {
    // Where there is nothing more to be seen, the wheel moves the page on.
    if (event.deltaY > 0 && !event.shiftKey && sameRange(this.#state.view, this.#state.whole)) return;
    event.preventDefault();
    if (event.timeStamp - this.#lastWheelMs > wheelRestMs) this.#state.rememberView();
    this.#lastWheelMs = event.timeStamp;
    const pixels = pixelsByMode[event.deltaMode] ?? 1;
    const { view } = this.#state;
    const usPerPx = (view.toUs - view.fromUs) / this.#over.clientWidth;
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) {
      this.#state.setView(shifted(view, sideways * pixels * usPerPx), false);
      return;
    }
    const factor = Math.exp(event.deltaY * pixels * (event.ctrlKey ? pinchZoomPerPixel : zoomPerPixel));
    this.#state.setView(scaled(view, this.#usAt(event.clientX), factor), false);
  }

  #down(event: PointerEvent): void {
    if (event.button > 1) return;
    this.#over.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, event.clientX);
    const { view, dragPans } = this.#state;
    if (this.#fingers.size === 2) {
      const [a, b] = [...this.#fingers.values()] as [number, number];
      this.#drag = null;
      this.#pinch = { view, distance: Math.max(Math.abs(a - b), 1), aboutUs: this.#usAt((a + b) / 2) };
      this.#state.rememberView();
      return;
    }
    if (event.button === 1) event.preventDefault();
    const pans = event.button === 1 || dragPans !== event.shiftKey;
    this.#drag = {
      kind: pans ? 'pan' : 'select',
      startX: event.clientX,
      startUs: this.#usAt(event.clientX),
      view,
      hasMoved: false,
    };
  }

  #move(event: PointerEvent): void {
    this.#state.pointerUs = this.#usAt(event.clientX);
    if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, event.clientX);
    if (this.#pinch && this.#fingers.size === 2) {
      this.#spread(this.#pinch);
      return;
    }
    const drag = this.#drag;
    if (!drag) return;
    if (!drag.hasMoved) {
      if (Math.abs(event.clientX - drag.startX) < leastDragPx) return;
      drag.hasMoved = true;
      if (drag.kind === 'pan') this.#state.rememberView();
    }
    if (drag.kind === 'select') {
      this.#state.select({ fromUs: drag.startUs, toUs: this.#within(this.#usAt(event.clientX)) });
      return;
    }
    const usPerPx = (drag.view.toUs - drag.view.fromUs) / this.#over.clientWidth;
    this.#state.setView(shifted(drag.view, (drag.startX - event.clientX) * usPerPx), false);
  }

  #up(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
    if (this.#fingers.size < 2) this.#pinch = null;
    const drag = this.#drag;
    this.#drag = null;
    if (drag?.kind === 'select' && !drag.hasMoved && event.type === 'pointerup' && this.#state.selection)
      this.#state.setCursors([null, null]);
  }

  /** What was between the fingers stays there. */
  #spread({ view, distance, aboutUs }: { view: Range; distance: number; aboutUs: number }): void {
    const [a, b] = [...this.#fingers.values()] as [number, number];
    const zoomed = scaled(view, aboutUs, distance / Math.max(Math.abs(a - b), 1));
    const { left, width } = this.#over.getBoundingClientRect();
    const usPerPx = (zoomed.toUs - zoomed.fromUs) / width;
    const moved = aboutUs - ((a + b) / 2 - left - width / 2) * usPerPx - middleUs(zoomed);
    this.#state.setView(shifted(zoomed, moved), false);
  }

  #within(us: number): number {
    const { whole } = this.#state;
    return Math.min(Math.max(us, whole.fromUs), whole.toUs);
  }

  #usAt(clientX: number): number {
    const { left, width } = this.#over.getBoundingClientRect();
    return usAt(this.#state.view, (clientX - left) / width);
  }
}
