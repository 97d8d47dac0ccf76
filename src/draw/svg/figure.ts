import type { Theme } from '../colours.js';
import type { Columns } from '../envelope.js';

/*
 * What a figure for a paper shows. Lengths inside are pixels of the device that it is drawn for, instants µs, powers mW. All names are
 * anybody's text.
 */

/** One power of one run. */
export interface FigureLine {
  readonly name: string;
  /** Its run, by its place in `runs`. */
  readonly run: number;
  /** `#rrggbb`. */
  readonly colour: string;
  /** By its place in `dashes`. */
  readonly dash: number;
  /** Of what is shown; NaN where nothing was measured. */
  readonly minMw: number;
  readonly maxMw: number;
  /** What is shown, in so many columns. */
  readonly columns: (count: number) => Columns;
  /** A mean that moves along, at the columns' middles; null where none is asked for. */
  readonly rolling: ((count: number) => Float32Array) | null;
  /** Its samples, where they lie so far apart that each is a dot; stretches without a gap. */
  readonly dots: readonly Dots[] | null;
}

export interface Dots {
  readonly timeUs: Float64Array;
  readonly powerMw: Float32Array;
}

export interface FigureRun {
  readonly name: string;
  readonly gaps: readonly FigureSpan[];
  readonly bands: readonly FigureBand[];
  readonly flags: readonly { readonly name: string; readonly atUs: number }[];
}

export interface FigureSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

interface FigureBand extends FigureSpan {
  readonly name: string;
  /** What it cost, in words, shown behind its name where there is room; empty where that is not known. */
  readonly cost: string;
}

export interface Figure {
  readonly widthCm: number;
  readonly heightCm: number;
  readonly dpi: number;
  readonly theme: Theme;
  /** Empty for none. */
  readonly title: string;
  /** What it is of, for people and programs that only get the file. */
  readonly name: string;
  readonly description: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly runs: readonly FigureRun[];
  readonly lines: readonly FigureLine[];
  readonly font: FigureFont;
}

export interface FigureFont {
  /** As SVG has it: `Inter, sans-serif`. */
  readonly family: string;
  /** In a font of size 1. */
  readonly widthOf: (text: string) => number;
  /** A style sheet that brings the font with it, for exactly the characters of the texts. */
  readonly styleFor: (texts: readonly string[]) => string;
}

/** How lines of one colour are told apart, in widths of the line. */
export const dashes: readonly (readonly number[])[] = [[], [5, 2.5], [1.2, 2], [7, 2, 1.2, 2]];

const cmPerInch = 2.54;
const ptPerInch = 72;

/** Of the whole picture. */
export const pixelsOf = ({ dpi, ...size }: Pick<Figure, 'widthCm' | 'heightCm' | 'dpi'>): Size => ({
  width: Math.round((size.widthCm / cmPerInch) * dpi),
  height: Math.round((size.heightCm / cmPerInch) * dpi),
});

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A typographic point, in pixels. */
export const pointPx = ({ dpi }: Pick<Figure, 'dpi'>): number => dpi / ptPerInch;
