import { colourOf } from '../../draw/colours.js';
import { newColumns } from '../../draw/envelope.js';
import { afterAWhile, contextOf, eachFrame, element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { lengthUs, type Range, shifted } from '../state/range.js';
import { paintBackdrop } from './backdrop.js';
import { powerRangeOf } from './height.js';
import { rangePainter } from './paint-columns.js';
import { type ColumnPainter, pixelOf, Raster } from './raster.js';

/** The window can be taken hold of however little it shows, CSS pixels. */
const leastWindowPx = 8;
/** Below this its grips stand beside it. */
const narrowPx = 28;

/** Of recordings at rest more is known, most often of what is in view: the picture of the whole hardly changes, and that one comes first, ms. */
const restMs = 100;

type Part = 'window' | 'left' | 'right';

/** The whole recording, small, and the window that is shown above. */
export class Minimap {
  readonly root = element('div', { class: 'minimap' });
  readonly #state: AppState;
  readonly #canvas = element('canvas', { 'aria-hidden': 'true' });
  readonly #window: HTMLElement;
  readonly #before = element('div', { class: 'minimap-shade' });
  readonly #behind = element('div', { class: 'minimap-shade' });

  constructor(state: AppState) {
    this.#state = state;
    this.#window = element(
      'div',
      {
        class: 'minimap-window',
        role: 'slider',
        tabindex: '0',
        'aria-label': 'Part of the recording in view',
      },
      element('span', { class: 'minimap-grip', 'data-part': 'left' }),
      element('span', { class: 'minimap-grip right', 'data-part': 'right' }),
    );
    this.root.append(this.#canvas, this.#before, this.#behind, this.#window);
    this.root.addEventListener('pointerdown', (event) => this.#grab(event));
    state.on(
      ['view', 'offsets'],
      eachFrame(() => this.place()),
    );
    const now = eachFrame(() => this.paint());
    const later = afterAWhile(restMs, () => this.paint());
    state.on(['series', 'theme', 'offsets', 'runs'], now);
    state.on(['powers'], () => (state.isUnderWay ? now() : later()));
  }

  paint(): void {
    const { clientWidth, clientHeight } = this.root;
    if (clientWidth === 0) return;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (this.#canvas.width !== width || this.#canvas.height !== height)
      Object.assign(this.#canvas, { width, height });
    const { whole, theme, recordings } = this.#state;
    // The plot's height is known by it too.
    this.#state.expect(whole, width);
    const { fromW, toW } = powerRangeOf(this.#state, whole, width, false);
    const scale = { topMw: toW * 1e3, pxPerMw: height / ((toW - fromW) * 1e3) };
    const painters: ColumnPainter[] = [];
    recordings.forEach(({ store, offsetUs, isShown }, n) => {
      for (const { name, series, colourIndex } of isShown ? this.#state.shownChannels : []) {
        if (series[n]! < 0) continue;
        const columns = newColumns(width);
        store.fillColumns(series[n]!, whole.fromUs - offsetUs, whole.toUs - offsetUs, columns);
        const colour = pixelOf(colourOf(name, colourIndex, theme));
        painters.push(rangePainter(columns, scale, { colour, pixelRatio: ratio, dash: null }));
      }
    });
    const context = contextOf(this.#canvas);
    context.putImageData(new Raster(width, height).paint(painters), 0, 0);
    paintBackdrop(context, this.#state, whole, ratio);
    this.place();
  }

  place(): void {
    const { view, whole } = this.#state;
    const width = this.root.clientWidth;
    // A view that goes along with a recording may show room for what comes.
    const x = (us: number) => Math.min(Math.max((us - whole.fromUs) / lengthUs(whole), 0), 1) * width;
    const [left, right] = [x(view.fromUs), x(view.toUs)];
    const least = Math.max(right - left, leastWindowPx);
    this.#window.classList.toggle('narrow', least < narrowPx);
    const at = Math.max(Math.min(left, width - least), 0);
    this.#window.style.transform = `translateX(${at}px)`;
    this.#window.style.width = `${least}px`;
    this.#before.style.width = `${at}px`;
    this.#behind.style.width = `${Math.max(width - at - least, 0)}px`;
    const percent = (us: number) => Math.round((x(us) / width) * 100);
    this.#window.setAttribute('aria-valuenow', String(percent(view.fromUs)));
    this.#window.setAttribute('aria-valuetext', `${percent(view.fromUs)} to ${percent(view.toUs)} percent`);
  }

  #grab(event: PointerEvent): void {
    const target = event.target as HTMLElement;
    const grip = target.dataset.part as Part | undefined;
    const part: Part | null = grip ?? (target === this.#window ? 'window' : null);
    const { whole } = this.#state;
    const { left, width } = this.root.getBoundingClientRect();
    const usAt = (clientX: number) => whole.fromUs + ((clientX - left) / width) * lengthUs(whole);
    this.#state.rememberView();
    const start = this.#state.view;
    const startUs = usAt(event.clientX);
    // Beside the window, it jumps to where it was called, and is held there.
    const held = part === null ? shifted(start, startUs - (start.fromUs + start.toUs) / 2) : start;
    if (part === null) this.#state.setView(held, false);
    this.root.setPointerCapture(event.pointerId);
    const move = ({ clientX }: PointerEvent) =>
      this.#state.setView(moved(held, part ?? 'window', usAt(clientX) - startUs), false);
    this.root.addEventListener('pointermove', move);
    this.root.addEventListener('pointerup', () => this.root.removeEventListener('pointermove', move), {
      once: true,
    });
  }
}

function moved(range: Range, part: Part, byUs: number): Range {
  if (part === 'window') return shifted(range, byUs);
  return part === 'left'
    ? { fromUs: Math.min(range.fromUs + byUs, range.toUs), toUs: range.toUs }
    : { fromUs: range.fromUs, toUs: Math.max(range.toUs + byUs, range.fromUs) };
}
