import { OutputFile, unlessReaderGone } from '../../file/output-file.js';
import { type NamedFile, refuseSharedFiles } from '../../file/shared-files.js';
import { FigureOutputs, type FigurePlaces, figureFiles } from '../../report/figure/draw.js';
import { print } from '../terminal/say.js';

/** Where a comparison goes, open before anything is read. */
export class CompareOutputs {
  readonly #json: OutputFile | null = null;
  readonly #isPrinted: boolean;
  readonly figure: FigureOutputs | null = null;
  /** Whether the JSON goes anywhere. */
  readonly hasJson: boolean;

  /** @throws UserError (outputFailed) where one can't be opened, or exists and is not forced; (usage) where one is an input */
  constructor(
    { json, force = false, ...places }: FigurePlaces & { readonly json?: string; readonly force?: boolean },
    inputs: readonly NamedFile[],
  ) {
    const named = [...(json === undefined ? [] : [{ role: '--json', path: json }]), ...figureFiles(places)];
    refuseSharedFiles(named, inputs);
    this.hasJson = json !== undefined;
    this.#isPrinted = json === '-';
    if (json !== undefined && json !== '-') this.#json = new OutputFile({ path: json, force, unit: 'file' });
    if (figureFiles(places).length > 0) this.figure = new FigureOutputs(places, force);
  }

  /** @throws UserError (outputFailed) */
  async writeJson(value: unknown): Promise<void> {
    const text = `${JSON.stringify(value, null, 2)}\n`;
    if (this.#json) await unlessReaderGone(this.#json.write(Buffer.from(text), 1));
    else if (this.#isPrinted) print(text);
  }

  /** Removes what was made and not written. */
  async close(): Promise<void> {
    await Promise.all([this.#json?.close(), this.figure?.close()]);
  }
}
