import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { coarser, type Envelopes } from '../draw/envelope.js';
import { packEnvelope, packInstants, packPowers } from '../draw/packing.js';
import {
  instantsElementId,
  overviewElementId,
  type PageDocument,
  seriesElementId,
} from '../draw/page-data.js';
import { tool } from '../tool.js';
import { pageRun } from './page-run.js';
import { pageShell } from './page-shell.js';
import type { Rested } from './rested.js';

const deflated = promisify(deflateRaw);
/** Intervals of the first picture. */
const overviewIntervals = 2048;
const quantumMw = 1;

/** The page of recordings, whole in one file that loads nothing. */
export async function htmlReport(recordings: readonly Rested[]): Promise<string> {
  const runs = recordings.map((each, n) =>
    pageRun(
      each,
      `run${n}`,
      each.samples
        ? { kind: 'samples', count: each.samples.timeUs.length }
        : { kind: 'intervals', ...each.envelopes.grid, quantumMw },
    ),
  );
  const document: PageDocument = {
    version: 1,
    mode: 'file',
    title: runs.map(({ name }) => name).join(', '),
    tool: { name: tool.name, version: tool.version },
    runs,
  };
  const overviews: string[] = [];
  const data: string[] = [];
  for (const [n, { samples, envelopes }] of recordings.entries()) {
    const { id } = runs[n]!;
    const overview = overviewOf(envelopes);
    const packedOverview = overview.series.map((each) => packEnvelope(overview.grid, each, quantumMw));
    overviews.push(
      element(overviewElementId(id), await packed(Buffer.concat(packedOverview)), overview.grid),
    );
    if (samples) data.push(element(instantsElementId(id), await packed(packInstants(samples.timeUs))));
    for (const k of envelopes.series.keys())
      data.push(
        element(
          seriesElementId(id, k),
          await packed(
            samples
              ? packPowers(samples.powerMw[k]!)
              : packEnvelope(envelopes.grid, envelopes.series[k]!, quantumMw),
          ),
        ),
      );
  }
  return pageShell({ document, first: overviews, data });
}

function overviewOf(envelopes: Envelopes): Envelopes {
  const factor = Math.ceil(envelopes.grid.count / overviewIntervals);
  return factor > 1 ? coarser(envelopes, factor) : envelopes;
}

const packed = async (bytes: Uint8Array): Promise<string> =>
  (await deflated(bytes, { level: 6 })).toString('base64');

const element = (id: string, text: string, facts?: unknown): string =>
  `<script type="text/plain" id="${id}"${facts === undefined ? '' : ` data-facts='${JSON.stringify(facts)}'`}>${text}</script>`;
