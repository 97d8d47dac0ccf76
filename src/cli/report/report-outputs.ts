import { OutputFile, unlessReaderGone } from '../../file/output-file.js';
import { type NamedFile, refuseSharedFiles } from '../../file/shared-files.js';
import { FigureOutputs, type FigurePlaces, figureFiles } from '../../report/figure/draw.js';
import { print } from '../terminal/say.js';

interface ReportPlaces extends FigurePlaces {
  readonly html?: string;
  readonly json?: string;
  readonly force?: boolean;
}

/** Where a report or a comparison goes, open before anything is read. */
export class ReportOutputs {
  readonly #html: OutputFile | null = null;
  readonly #json: OutputFile | 'printed' | null = null;
  readonly figure: FigureOutputs | null = null;
  /** Whether anything is asked for but what is printed. */
  readonly any: boolean;

  /** @throws UserError (outputFailed) where one can't be opened, or exists and is not forced; (usage) where one is an input */
  constructor({ html, json, force = false, ...places }: ReportPlaces, inputs: readonly NamedFile[]) {
    const named = [
      ...(html === undefined ? [] : [{ role: '--html', path: html }]),
      ...(json === undefined ? [] : [{ role: '--json', path: json }]),
      ...figureFiles(places),
    ];
    refuseSharedFiles(named, inputs);
    this.any = named.length > 0;
    if (html !== undefined) this.#html = new OutputFile({ path: html, force, unit: 'file' });
    if (json !== undefined)
      this.#json = json === '-' ? 'printed' : new OutputFile({ path: json, force, unit: 'file' });
    if (figureFiles(places).length > 0) this.figure = new FigureOutputs(places, force);
  }

  /** Where nobody asked for it, nothing. @throws UserError (outputFailed) */
  async writeJson(value: unknown): Promise<void> {
    const text = `${JSON.stringify(value, null, 2)}\n`;
    if (this.#json === 'printed') print(text);
    else if (this.#json) await unlessReaderGone(this.#json.write(Buffer.from(text), 1));
  }

  /** @throws UserError (outputFailed) */
  async writeHtml(pieces: readonly string[]): Promise<void> {
    await unlessReaderGone(this.#writeAll(pieces));
  }

  async #writeAll(pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) await this.#html!.write(Buffer.from(piece), 1);
  }

  /** Removes what was made and not written. */
  async close(): Promise<void> {
    const json = this.#json === 'printed' ? null : this.#json;
    await Promise.all([this.#html?.close(), json?.close(), this.figure?.close()]);
  }
}
