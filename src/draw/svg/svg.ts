import { printable } from '../../text.js';
import { inks } from '../colours.js';
import { drawAxes, drawGrid } from './axes.js';
import { drawBehind, drawLanes } from './bands.js';
import { cutTo } from './cut.js';
import type { Figure } from './figure.js';
import { type Layout, layOut, titleSize } from './layout.js';
import { drawLegend, gapsShown } from './legend.js';
import { drawLines, lineWidthPt } from './lines.js';
import { element, short, text, xmlText } from './markup.js';

/** A figure as SVG. Its size is in centimetres, its inside in pixels of the device that it is drawn for. */
export function svgFigure(figure: Figure): string {
  const { view, markup, texts } = figureMarkup(figure, 'powerlog');
  return framed(figure, [view], texts, markup);
}

/** An SVG around what is drawn. @param texts all that stand in it, for whose characters the font is brought along */
export function framed(
  { widthCm, heightCm, font, name, description }: Omit<Figure, 'lines' | 'runs'>,
  attributes: readonly string[],
  texts: readonly string[],
  markup: string,
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" ${[
    `width="${short(widthCm)}cm" height="${short(heightCm)}cm"`,
    'role="img" aria-labelledby="powerlog-title powerlog-description"',
    ...attributes,
  ].join(' ')}>
<title id="powerlog-title">${xmlText(name)}</title>
<desc id="powerlog-description">${description.split('\n').map(xmlText).join('\n')}</desc>
<style>${font.styleFor(texts)}</style>
${markup}
</svg>
`;
}

/** What a figure shows. @param prefix of the names in it, which of several in one SVG are their own */
export function figureMarkup(
  given: Figure,
  prefix: string,
): { readonly view: string; readonly markup: string; readonly texts: readonly string[] } {
  const figure = legible(given);
  const layout = layOut(figure);
  const { width, height, em, pt, plot, bands, flags, legend, margin, titleAt } = layout;
  const { theme, title } = figure;
  const { ground, ink, faint } = inks[theme];
  const body = [
    element('rect', { width, height, fill: ground }),
    drawBehind(bands, flags, plot, theme, pt),
    drawGaps(figure, layout, `url(#${prefix}-gap)`),
    drawGrid(layout, theme),
    element(
      'g',
      { 'clip-path': `url(#${prefix}-plot)`, 'stroke-linejoin': 'round' },
      ...(figure.lines.every(({ minMw }) => Number.isNaN(minMw))
        ? [
            text('nothing was measured here', {
              ...{ x: plot.left + plot.width / 2, y: plot.top + plot.height / 2 },
              ...{ 'text-anchor': 'middle', fill: faint },
            }),
          ]
        : [drawLines(figure, plot, pt)]),
    ),
    drawAxes(layout, theme),
    drawLanes(bands, flags, em, theme),
    drawLegend(legend, em, lineWidthPt * pt, theme, `url(#${prefix}-gap)`),
    ...(titleAt === null
      ? []
      : [
          text(cutTo(title, width - 2 * margin, titleSize * em, figure.font), {
            ...{ x: margin, y: titleAt, 'font-size': titleSize * em, fill: ink },
          }),
        ]),
  ]
    .filter((each) => each !== '')
    .join('\n');
  const clip = element('rect', { x: plot.left, y: plot.top, width: plot.width, height: plot.height });
  return {
    view: `viewBox="0 0 ${width} ${height}" font-family="${xmlText(figure.font.family)}" font-size="${em}"`,
    markup: `<defs>
${element('clipPath', { id: `${prefix}-plot` }, clip)}
${hatching(theme, pt, `${prefix}-gap`)}
</defs>
${body}`,
    texts: [...body.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content!),
  };
}

/** Names as they can be shown, so that what is measured is what is drawn. */
const legible = (figure: Figure): Figure => ({
  ...figure,
  title: printable(figure.title),
  lines: figure.lines.map((line) => ({ ...line, name: printable(line.name) })),
  runs: figure.runs.map((run) => ({
    ...run,
    name: printable(run.name),
    bands: run.bands.map((band) => ({ ...band, name: printable(band.name) })),
    flags: run.flags.map((flag) => ({ ...flag, name: printable(flag.name) })),
  })),
});

/** A drawn figure for a renderer that counts in pixels. */
export const inPixels = (svg: string, { width, height }: { width: number; height: number }): string =>
  svg.replace(/ width="[^"]*" height="[^"]*"/, ` width="${width}" height="${height}"`);

function drawGaps(figure: Figure, { plot }: Layout, fill: string): string {
  const stretches = gapsShown(figure).map(({ fromUs, toUs }) => {
    const x = Math.floor(plot.xOf(fromUs));
    return element('rect', {
      ...{ x, y: plot.top, width: Math.max(1, Math.ceil(plot.xOf(toUs)) - x), height: plot.height },
      fill,
    });
  });
  return stretches.join('');
}

/** For what was not measured. */
function hatching(theme: Figure['theme'], pt: number, id: string): string {
  const size = 3 * pt;
  const line = element('path', {
    ...{ d: `M0 0V${size.toFixed(1)}`, stroke: inks[theme].faint },
    ...{ 'stroke-width': 0.5 * pt, 'stroke-opacity': 0.6 },
  });
  return element(
    'pattern',
    {
      ...{ id, width: size, height: size, patternUnits: 'userSpaceOnUse' },
      patternTransform: 'rotate(45)',
    },
    line,
  );
}
