import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { coarser } from '../draw/envelope.js';
import { packEnvelope, packInstants, packPowers } from '../draw/packing.js';
import { instantsElementId, type PageResolution, seriesElementId } from '../draw/page-data.js';
import type { Rested } from './rested.js';

const deflated = promisify(deflateRaw);
/** As many are compressed at once as Node has threads for. */
const atOnce = 4;
/** Powers are kept to these, mW. */
const quantaMw = [1, 10];
/** No fewer intervals than these are tried. */
const fewest = 16;

/** The data of a run as elements of a page. */
export interface FittedData {
  readonly resolution: PageResolution;
  readonly elements: readonly string[];
  readonly bytes: number;
}

/**
 * The finest data of a run that fit: its samples as they are, or else extremes and energies of the finest intervals, to a milliwatt
 * or, where that lets them be finer, to ten. Null where nothing does.
 */
export async function fittedData(
  { samples, envelopes }: Rested,
  run: string,
  mostBytes: number,
): Promise<FittedData | null> {
  if (samples) {
    const parts = [
      { id: instantsElementId(run), pack: () => packInstants(samples.timeUs) },
      ...samples.powerMw.map((column, n) => ({
        id: seriesElementId(run, n),
        pack: () => packPowers(column),
      })),
    ];
    const packed = await packedWithin(parts, mostBytes);
    if (packed) return { resolution: { kind: 'samples', count: samples.timeUs.length }, ...packed };
  }
  for (let finest = envelopes; ; finest = coarser(finest, 2)) {
    const { grid, series } = finest;
    for (const quantumMw of quantaMw) {
      const parts = series.map((each, n) => ({
        id: seriesElementId(run, n),
        pack: () => packEnvelope(grid, each, quantumMw),
      }));
      const packed = await packedWithin(parts, mostBytes);
      const { intervalUs, count } = grid;
      if (packed) return { resolution: { kind: 'intervals', intervalUs, count, quantumMw }, ...packed };
    }
    if (grid.count <= fewest) return null;
  }
}

/** An element whose text a page inflates. */
export async function packedElement(id: string, bytes: Uint8Array, facts?: unknown): Promise<string> {
  const text = (await deflated(bytes, { level: 6 })).toString('base64');
  return `<script type="text/plain" id="${id}"${facts === undefined ? '' : ` data-facts='${JSON.stringify(facts)}'`}>${text}</script>`;
}

/** Gives up as soon as they are more than fit. */
async function packedWithin(
  parts: readonly { readonly id: string; readonly pack: () => Uint8Array }[],
  mostBytes: number,
): Promise<Pick<FittedData, 'elements' | 'bytes'> | null> {
  const elements: string[] = [];
  let bytes = 0;
  for (let from = 0; from < parts.length; from += atOnce) {
    const some = parts.slice(from, from + atOnce).map(({ id, pack }) => packedElement(id, pack()));
    for (const element of await Promise.all(some)) {
      elements.push(element);
      bytes += element.length + 1;
    }
    if (bytes > mostBytes) return null;
  }
  return { elements, bytes };
}
