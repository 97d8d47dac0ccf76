import { colourOf } from '../../draw/colours.js';
import type { Figure, FigureLine } from '../../draw/svg/figure.js';
import { usageError } from '../../errors.js';
import { figureFont } from '../../report/figure/fonts.js';
import { tool } from '../../tool.js';
import { fixed, formatSi } from '../../units.js';
import type { ComparedFiles } from '../compare-files.js';
import { namesOf, sentencesOf } from '../sentences.js';
import type { Curve } from './curve.js';
import { curvesOf } from './curves-of.js';

/** As the published comparison smooths. */
const smoothedSamples = 200;
/** A mean is over no more than this share of what is shown. */
const mostOfSpan = 0.25;
const usPerS = 1e6;
const style = { widthCm: 16, heightCm: 8, dpi: 300, theme: 'light' } as const;

/** The two figures of the published comparison: both traces as they came, and smoothed with B moved onto A. */
interface ComparedFigures {
  readonly panels: readonly [raw: Figure, aligned: Figure];
  readonly name: string;
  readonly description: string;
}

/** @throws UserError (usage) where there is nothing to draw */
export function comparedFigures(compared: ComparedFiles): ComparedFigures {
  const { a, b, comparison } = compared;
  const curves = curvesOf(compared);
  const [nameA, nameB] = namesOf(a.path, b.path);
  if (!curves)
    throw usageError(`there is nothing to draw: ${nameA} and ${nameB} do not have two readings each`);
  const { startUs: fromUs, endUs: toUs } = shownSpan(compared, curves);
  const shiftS = comparison.figures.shift_s.value;
  const shiftUs = comparison.verdict === 'unrelated' || shiftS === null ? 0 : shiftS * usPerS;
  const windowUs = Math.min(smoothedSamples * curves.spacingUs, mostOfSpan * (toUs - fromUs));
  const moved = shiftUs === 0 ? '' : `, B moved by ${movedText(shiftUs)}`;
  const smoothed = `Rolling mean of ${Math.round(windowUs / curves.spacingUs)} samples (${formatSi(windowUs / usPerS, 's', 3)})${moved}`;
  const [colourA, colourB] = [colourOf('cpu', 0, style.theme), colourOf('gpu', 0, style.theme)];
  const [titleA, titleB] = [`A: ${nameA}, ${a.column}`, `B: ${nameB}, ${b.column}`];
  const name = `${nameA} and ${nameB}`;
  const description = [
    ...sentencesOf(compared),
    `A: ${a.path}, ${a.column}. B: ${b.path}, ${b.column}.`,
    `From ${fixed(fromUs / usPerS, 3)} s to ${fixed(toUs / usPerS, 3)} s. Above as they came, B held from one reading to the next; below: ${smoothed.toLowerCase().replace(', b ', ', B ')}.`,
    `Drawn by ${tool.name} ${tool.version}.`,
  ].join('\n');
  const common = { ...style, fromUs, toUs, font: figureFont, name, description };
  const run = {
    name,
    gaps: curves.a.gaps.map(({ startUs, endUs }) => ({ fromUs: startUs, toUs: endUs })),
    bands: (a.recording?.phases ?? []).flatMap((phase) =>
      phase.spans.map((span) => ({ name: phase.name, cost: '', fromUs: span.startUs, toUs: span.endUs })),
    ),
    flags: [],
  };
  const raw = (curve: Curve, line: Pick<FigureLine, 'name' | 'colour'>): FigureLine => ({
    ...{ ...line, run: 0, dash: 0, rolling: null, dots: null },
    ...curve.extremes(fromUs, toUs),
    columns: (count) => curve.columns(fromUs, toUs, count),
  });
  const smooth = (curve: Curve, byUs: number, line: Pick<FigureLine, 'name' | 'colour'>): FigureLine => {
    const means = (count: number) => curve.rolling(fromUs + byUs, toUs + byUs, count, windowUs);
    const known = means(500).filter((mw) => !Number.isNaN(mw));
    return {
      ...{ ...line, run: 0, dash: 0, rolling: null, dots: null },
      minMw: known.length === 0 ? Number.NaN : known.reduce((x, y) => Math.min(x, y)),
      maxMw: known.length === 0 ? Number.NaN : known.reduce((x, y) => Math.max(x, y)),
      columns: (count) => {
        const meanMw = means(count);
        return { minMw: meanMw, maxMw: meanMw, meanMw };
      },
    };
  };
  const lineA = { name: titleA, colour: colourA };
  const lineB = { name: titleB, colour: colourB };
  return {
    panels: [
      {
        ...common,
        title: 'As they came',
        runs: [run],
        lines: [raw(curves.a, lineA), raw(curves.b, lineB)],
      },
      {
        ...common,
        title: smoothed,
        runs: [run],
        lines: [smooth(curves.a, 0, lineA), smooth(curves.b, shiftUs, lineB)],
      },
    ],
    name,
    description,
  };
}

/** B behind A is moved to earlier. */
const movedText = (shiftUs: number): string =>
  `${shiftUs > 0 ? '−' : '+'}${formatSi(Math.abs(shiftUs) / usPerS, 's', 3)}`;

/** What both cover, or, where that is nothing, all of both. */
function shownSpan({ comparison }: ComparedFiles, { a, b }: { readonly a: Curve; readonly b: Curve }) {
  const { startUs, endUs } = comparison.span;
  if (endUs > startUs) return { startUs, endUs };
  return {
    startUs: Math.min(a.reach.startUs, b.reach.startUs),
    endUs: Math.max(a.reach.endUs, b.reach.endUs),
  };
}
