import type { Figure } from '../../draw/svg/figure.js';
import { svgFigure } from '../../draw/svg/svg.js';
import { OutputFile, unlessReaderGone } from '../../file/output-file.js';
import type { NamedFile } from '../../file/shared-files.js';
import { printable } from '../../text.js';
import type { Rested } from '../rested.js';
import { type FigureStretch, type FigureStyle, figureOf } from './figure-of.js';

/** Where a figure goes. */
export interface FigurePlaces {
  readonly svg?: string | undefined;
  readonly png?: string | undefined;
}

/** The files of a figure, to see whether they are others' too. */
export const figureFiles = ({ svg, png }: FigurePlaces): NamedFile[] => [
  ...(svg === undefined ? [] : [{ role: '--svg', path: svg }]),
  ...(png === undefined ? [] : [{ role: '--png', path: png }]),
];

/** A figure's files, open before anything is read. */
export class FigureOutputs {
  readonly #svg: OutputFile | null = null;
  readonly #png: OutputFile | null = null;

  /** @throws UserError (outputFailed) where one can't be opened, or exists and is not forced */
  constructor({ svg, png }: FigurePlaces, force: boolean) {
    const open = (path: string) => new OutputFile({ path, force, unit: 'file' });
    if (svg !== undefined) this.#svg = open(svg);
    if (png !== undefined) this.#png = open(png);
  }

  /**
   * Draws and writes them.
   * @param warn is told in a sentence what could not be drawn
   * @throws UserError
   */
  async draw(
    recordings: readonly Rested[],
    offsetsUs: readonly number[],
    style: FigureStyle,
    stretch: FigureStretch,
    warn: (message: string) => void,
  ): Promise<void> {
    const figure = await figureOf(recordings, offsetsUs, style, stretch);
    await this.write(figure, svgFigure(figure), warn);
  }

  /** Writes one that is drawn. @throws UserError */
  async write(figure: Figure, svg: string, warn: (message: string) => void): Promise<void> {
    await unlessReaderGone(this.#svg?.write(Buffer.from(svg), 1));
    if (!this.#png) return;
    const { pngOf } = await import('./png.js');
    const { bytes, undrawn } = await pngOf(figure, svg);
    await unlessReaderGone(this.#png.write(bytes, 1));
    if (undrawn.length > 0)
      warn(
        `no font on this system has ${undrawn.map(printable).join(' ')}: each stands as ? in ${this.#png.path}; install one that does (such as fonts-noto-cjk)`,
      );
  }

  /** Removes what was made and not written. */
  async close(): Promise<void> {
    await Promise.all([this.#svg?.close(), this.#png?.close()]);
  }
}
