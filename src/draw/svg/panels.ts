import { type Figure, pixelsOf } from './figure.js';
import { figureMarkup, framed } from './svg.js';

/** Figures of one width below each other, as one SVG. Name and description are of all of them. */
export function svgPanels(figures: readonly Figure[], name: string, description: string): string {
  const whole = wholeOf(figures, name, description);
  let top = 0;
  const panels = figures.map((figure, n) => {
    const { width, height } = pixelsOf(figure);
    const { view, markup, texts } = figureMarkup(figure, `powerlog-${n}`);
    const placed = `<svg y="${top}" width="${width}" height="${height}" ${view}>\n${markup}\n</svg>`;
    top += height;
    return { placed, texts };
  });
  return framed(
    whole,
    [`viewBox="0 0 ${pixelsOf(whole).width} ${top}"`],
    panels.flatMap(({ texts }) => texts),
    panels.map(({ placed }) => placed).join('\n'),
  );
}

/** What the panels are for who draws pixels: one figure as high as all of them. */
export const wholeOf = (figures: readonly Figure[], name: string, description: string): Figure => ({
  ...figures[0]!,
  ...{ name, description, heightCm: figures.reduce((sum, figure) => sum + figure.heightCm, 0) },
});
