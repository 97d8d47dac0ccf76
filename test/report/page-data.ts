import { inflateRawSync } from 'node:zlib';
import { type Envelope, energyBetweenJ, type Grid } from '#powerlog/draw/envelope.js';
import { unpackEnvelope, unpackInstants, unpackPowers } from '#powerlog/draw/packing.js';
import {
  documentElementId,
  instantsElementId,
  overviewElementId,
  type PageDocument,
  type PageRun,
  seriesElementId,
} from '#powerlog/draw/page-data.js';

/** A page's data as its own script gets them: by the ids of its elements. */
export class PageData {
  readonly document: PageDocument;
  readonly #html: string;

  constructor(html: string) {
    this.#html = html;
    this.document = JSON.parse(this.#element(documentElementId).text) as PageDocument;
  }

  /** The energy of a series between two instants, J, as far as the page's data tell. */
  energyJ(run: PageRun, series: number, fromUs: number, toUs: number): number {
    const envelope = this.envelope(run, series);
    if (envelope) return energyBetweenJ(envelope.grid, envelope.envelope, fromUs, toUs);
    const { timeUs, powerMw } = this.samples(run, series);
    let joules = 0;
    for (let n = 1; n < timeUs.length; n++) {
      const [a, b] = [timeUs[n - 1]!, timeUs[n]!];
      const [from, to] = [Math.max(a, fromUs), Math.min(b, toUs)];
      if (from >= to) continue;
      const at = (us: number) => powerMw[n - 1]! + ((powerMw[n]! - powerMw[n - 1]!) * (us - a)) / (b - a);
      joules += ((at(from) + at(to)) / 2) * (to - from) * 1e-9;
    }
    return joules;
  }

  /** Null where the page has the samples. */
  envelope(
    { id, resolution, startUs, endUs }: PageRun,
    series: number,
  ): { grid: Grid; envelope: Envelope } | null {
    if (resolution.kind === 'samples') return null;
    const { intervalUs, count, quantumMw } = resolution;
    const grid = { startUs: 0, intervalUs, count, reach: { firstUs: startUs, lastUs: endUs } };
    return { grid, envelope: unpackEnvelope(this.#bytes(seriesElementId(id, series)), grid, quantumMw) };
  }

  samples({ id, resolution }: PageRun, series: number): { timeUs: Float64Array; powerMw: Float32Array } {
    const { count } = resolution;
    return {
      timeUs: unpackInstants(this.#bytes(instantsElementId(id)), count),
      powerMw: unpackPowers(this.#bytes(seriesElementId(id, series)), count),
    };
  }

  overview({ id, series }: PageRun): { grid: Grid; envelopes: Envelope[] } {
    const { facts } = this.#element(overviewElementId(id));
    const grid = JSON.parse(facts!) as Grid;
    const bytes = this.#bytes(overviewElementId(id));
    const each = bytes.length / series.length;
    return {
      grid,
      envelopes: series.map((_, n) => unpackEnvelope(bytes.subarray(n * each, (n + 1) * each), grid, 1)),
    };
  }

  #bytes(id: string): Uint8Array {
    return inflateRawSync(Buffer.from(this.#element(id).text, 'base64'));
  }

  #element(id: string): { text: string; facts: string | undefined } {
    const begin = this.#html.indexOf(`id="${id}"`);
    if (begin < 0) throw new Error(`no element ${id}`);
    const opened = this.#html.indexOf('>', begin);
    const head = this.#html.slice(begin, opened);
    const text = this.#html.slice(opened + 1, this.#html.indexOf('</script>', opened));
    return { text, facts: /data-facts='([^']*)'/.exec(head)?.[1] };
  }
}
