import { basename } from 'node:path';
import { coarser, type Envelopes } from '../draw/envelope.js';
import { packEnvelope } from '../draw/packing.js';
import {
  overviewElementId,
  type PageDocument,
  type PageResolution,
  type PageRolling,
} from '../draw/page-data.js';
import { usageError } from '../errors.js';
import { tool } from '../tool.js';
import { type Rolling, rollingUs } from './figure/rolling.js';
import { type FittedData, fittedData, packedElement } from './page-fit.js';
import { pageRun } from './page-run.js';
import { pageEnd, pageHead } from './page-shell.js';
import type { Rested } from './rested.js';

interface HtmlOptions {
  /** The file measures no more. */
  readonly mostBytes: number;
  /** By run, what is added to its instants where several share the axis; 0 where absent. */
  readonly offsetsUs?: readonly number[] | undefined;
  /** The rolling mean that the page begins with. */
  readonly rolling?: Rolling | undefined;
}

/** A page, to be written piece by piece. */
export interface HtmlPage {
  readonly pieces: readonly string[];
  /** By run. */
  readonly resolutions: readonly PageResolution[];
  readonly bytes: number;
}

/** Intervals of the first picture: more than a screen has columns, or fewer where they would take the room of the data. */
const overviewIntervals = { usual: 2048, few: 512 };
const smallPageBytes = 2e6;
const quantumMw = 1;
/** How a resolution is written may take so much more than in the draft. */
const draftBytes = 200;
const draft: PageResolution = { kind: 'samples', count: 0 };

/**
 * The page of recordings, whole in one file that loads nothing.
 * @throws UserError (usage) where the page is larger whatever is left out, or a rolling mean of samples is asked for that are not known
 */
export async function htmlReport(
  recordings: readonly Rested[],
  { mostBytes, offsetsUs = [], rolling }: HtmlOptions,
): Promise<HtmlPage> {
  const intervals = mostBytes < smallPageBytes ? overviewIntervals.few : overviewIntervals.usual;
  const first = await Promise.all(recordings.map((each, n) => overview(each.envelopes, idOf(n), intervals)));
  const head = (resolutions: readonly PageResolution[]): string =>
    pageHead({ document: documentOf(recordings, resolutions, offsetsUs, rolling), first });
  const frameBytes = Buffer.byteLength(head(recordings.map(() => draft))) + pageEnd.length;
  const data = await shared(recordings, mostBytes - frameBytes - recordings.length * draftBytes);
  if (!data)
    throw usageError(
      `--html-size: ${mostBytes / 1e6} MB are too few; without any data the page takes ${(frameBytes / 1e6).toFixed(2)} MB`,
    );
  const resolutions = data.map(({ resolution }) => resolution);
  const elements = data.flatMap((each) => each.elements.map((element) => `${element}\n`));
  const pieces = [head(resolutions), ...elements, pageEnd];
  return {
    pieces,
    resolutions,
    bytes: pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0),
  };
}

const idOf = (run: number): string => `run${run}`;

function documentOf(
  recordings: readonly Rested[],
  resolutions: readonly PageResolution[],
  offsetsUs: readonly number[],
  rolling: Rolling | undefined,
): PageDocument {
  const runs = recordings.map((each, n) => pageRun(each, idOf(n), resolutions[n]!, offsetsUs[n]));
  return {
    version: 1,
    mode: 'file',
    title: recordings.map(({ path }) => basename(path)).join(', '),
    tool: { name: tool.name, version: tool.version },
    runs,
    ...(rolling && { rolling: pageRolling(recordings, rolling) }),
  };
}

function pageRolling(recordings: readonly Rested[], rolling: Rolling): PageRolling {
  if ('us' in rolling) return { amount: rolling.us / 1e6, unit: 's' };
  // As a figure is refused where there is no spacing.
  for (const each of recordings) rollingUs(rolling, each);
  return { amount: rolling.samples, unit: 'samples' };
}

/** Runs share the room; what a short one leaves goes to the others. Null where one finds none. */
async function shared(recordings: readonly Rested[], mostBytes: number): Promise<FittedData[] | null> {
  const length = ({ samples, envelopes }: Rested): number =>
    samples?.timeUs.length ?? envelopes.grid.count * 4;
  const order = [...recordings.keys()].sort((a, b) => length(recordings[a]!) - length(recordings[b]!));
  const data: FittedData[] = [];
  let leftBytes = mostBytes;
  for (const [done, n] of order.entries()) {
    const fitted = await fittedData(recordings[n]!, idOf(n), leftBytes / (order.length - done));
    if (!fitted) return null;
    data[n] = fitted;
    leftBytes -= fitted.bytes;
  }
  return data;
}

async function overview(envelopes: Envelopes, run: string, intervals: number): Promise<string> {
  const factor = Math.ceil(envelopes.grid.count / intervals);
  const { grid, series } = factor > 1 ? coarser(envelopes, factor) : envelopes;
  const packed = Buffer.concat(series.map((each) => packEnvelope(grid, each, quantumMw)));
  return packedElement(overviewElementId(run), packed, grid);
}
