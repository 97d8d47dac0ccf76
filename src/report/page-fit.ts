import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { coarser, type Envelope, type Envelopes, type Samples } from '../draw/envelope.js';
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
/** What all would measure is guessed from these many stretches of so many rows. */
const probe = { stretches: 8, rows: 1024 };
/** The guess may be so many times too high: what is short deflates less well. */
const slack = 1.12;

/** The data of a run as elements of a page. */
export interface FittedData {
  readonly resolution: PageResolution;
  readonly elements: readonly string[];
  readonly bytes: number;
}

/** Rows of a run's data, and how any of them are packed. */
interface Packable {
  readonly resolution: PageResolution;
  readonly rows: number;
  readonly parts: readonly { readonly id: string; pack(from: number, to: number): Uint8Array }[];
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
  for (const each of candidates(samples, envelopes, run)) {
    const fitted = (await mayFit(each, mostBytes)) && (await packedWithin(each, mostBytes));
    if (fitted) return fitted;
  }
  return null;
}

/** The finest first. */
function* candidates(samples: Samples | null, envelopes: Envelopes, run: string): Generator<Packable> {
  if (samples) yield packableSamples(samples, run);
  for (let finest = envelopes; ; finest = coarser(finest, 2)) {
    for (const quantumMw of quantaMw) yield packableIntervals(finest, quantumMw, run);
    if (finest.grid.count <= fewest) return;
  }
}

const packableSamples = ({ timeUs, powerMw }: Samples, run: string): Packable => ({
  resolution: { kind: 'samples', count: timeUs.length },
  rows: timeUs.length,
  parts: [
    {
      id: instantsElementId(run),
      pack: (from, to) => packInstants(timeUs.subarray(from, to)),
    },
    ...powerMw.map((column, n) => ({
      id: seriesElementId(run, n),
      pack: (from: number, to: number) => packPowers(column.subarray(from, to)),
    })),
  ],
});

const packableIntervals = ({ grid, series }: Envelopes, quantumMw: number, run: string): Packable => ({
  resolution: { kind: 'intervals', intervalUs: grid.intervalUs, count: grid.count, quantumMw },
  rows: grid.count,
  parts: series.map((each, n) => ({
    id: seriesElementId(run, n),
    pack: (from, to) =>
      packEnvelope({ ...grid, count: to - from }, partOf(each, from, to, grid.count), quantumMw),
  })),
});

function partOf(whole: Envelope, from: number, to: number, count: number): Envelope {
  if (from === 0 && to === count) return whole;
  const { minMw, maxMw, energyJ } = whole;
  return {
    minMw: minMw.subarray(from, to),
    maxMw: maxMw.subarray(from, to),
    energyJ: energyJ.subarray(from, to + 1).map((joules) => joules - energyJ[from]!),
  };
}

/** An element whose text a page inflates. */
export async function packedElement(id: string, bytes: Uint8Array, facts?: unknown): Promise<string> {
  const text = (await deflated(bytes, { level: 6 })).toString('base64');
  return `<script type="text/plain" id="${id}"${facts === undefined ? '' : ` data-facts='${JSON.stringify(facts)}'`}>${text}</script>`;
}

/** Whether it is worth packing all of it: by a few stretches, which tell about. */
async function mayFit({ rows, parts }: Packable, mostBytes: number): Promise<boolean> {
  const { stretches, rows: each } = probe;
  if (rows <= 2 * stretches * each) return true;
  const packed = await Promise.all(
    parts.map(({ pack }) => {
      const some = Array.from({ length: stretches }, (_, n) => {
        const from = Math.floor((n * (rows - each)) / (stretches - 1));
        return pack(from, from + each);
      });
      return deflated(byPlanes(some), { level: 6 });
    }),
  );
  const bytes = packed.reduce((sum, { length }) => sum + length, 0);
  return ((bytes * 4) / 3) * (rows / (stretches * each)) <= mostBytes * slack;
}

/** Packed stretches as if they were one: bytes of one kind lie together. */
function byPlanes(packed: readonly Uint8Array[]): Uint8Array {
  const planes = 4;
  return Buffer.concat(
    Array.from({ length: planes }, (_, plane) =>
      packed.map((bytes) =>
        bytes.subarray((plane * bytes.length) / planes, ((plane + 1) * bytes.length) / planes),
      ),
    ).flat(),
  );
}

/** Gives up as soon as they are more than fit. */
async function packedWithin(
  { rows, parts, resolution }: Packable,
  mostBytes: number,
): Promise<FittedData | null> {
  const elements: string[] = [];
  let bytes = 0;
  for (let from = 0; from < parts.length; from += atOnce) {
    const some = parts.slice(from, from + atOnce).map(({ id, pack }) => packedElement(id, pack(0, rows)));
    for (const element of await Promise.all(some)) {
      elements.push(element);
      bytes += element.length + 1;
    }
    if (bytes > mostBytes) return null;
  }
  return { resolution, elements, bytes };
}
