import { type Figure, pixelsOf } from './figure.js';
import { element, short, xmlText } from './markup.js';
import { svgFigure } from './svg.js';

/** Figures of one width below each other, as one SVG. Name and description are of all of them. */
export function svgPanels(figures: readonly Figure[], name: string, description: string): string {
  const [first] = figures as readonly [Figure, ...Figure[]];
  let top = 0;
  const panels = figures.map((figure, n) => {
    const { width, height } = pixelsOf(figure);
    const panel = innerOf(svgFigure({ ...figure, font: { ...figure.font, styleFor: () => '' } }), n);
    const placed = panel.replace(/^<svg/, `<svg x="0" y="${top}" width="${width}" height="${height}"`);
    top += height;
    return placed;
  });
  const texts = panels.flatMap((panel) =>
    [...panel.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content!),
  );
  const { width } = pixelsOf(first);
  return `<svg xmlns="http://www.w3.org/2000/svg" ${[
    `width="${short(first.widthCm)}cm" height="${short(heightCm(figures))}cm"`,
    `viewBox="0 0 ${width} ${top}"`,
    'role="img" aria-labelledby="powerlog-title powerlog-description"',
  ].join(' ')}>
${element('title', { id: 'powerlog-title' }, xmlText(name))}
${element('desc', { id: 'powerlog-description' }, description.split('\n').map(xmlText).join('\n'))}
<style>${first.font.styleFor(texts)}</style>
${panels.join('\n')}
</svg>
`;
}

/** What the panels are for who draws pixels: one figure as high as all of them. */
export const wholeOf = (figures: readonly Figure[], name: string, description: string): Figure => ({
  ...figures[0]!,
  ...{ name, description, heightCm: heightCm(figures) },
});

const heightCm = (figures: readonly Figure[]): number =>
  figures.reduce((sum, figure) => sum + figure.heightCm, 0);

/** A figure to be put into another: without a size, a title and a style of its own, its names its own. */
const innerOf = (svg: string, n: number): string =>
  svg
    .replace(/ width="[^"]*" height="[^"]*"/, '')
    .replace(/ role="img" aria-labelledby="[^"]*"/, '')
    .replace(/<title[\s\S]*?<\/title>\n|<desc[\s\S]*?<\/desc>\n|<style><\/style>\n/g, '')
    .replace(/(id="|url\(#)powerlog-/g, `$1powerlog-${n}-`)
    .trimEnd();
