import { inputError } from '../../errors.js';
import { keptParts } from '../../exec/figures/repaired.js';
import type { ByteInput } from '../../file/byte-input.js';
import { openByteInput } from '../../file/byte-input.js';
import { ByteWindow } from '../../file/byte-window.js';
import type { RailMap } from '../../measure/rail-map.js';
import type { RepairedSummary } from '../../measure/summary.js';
import type { KnownSummary } from '../../schema/summary.js';
import { recordingIn } from '../../session/repair/recording-behind.js';
import { inspectRows, type RowFinding } from '../../session/repair/repair-csv.js';
import { isOfAll, mergedSummary, partKeys } from '../../session/repair/repair-summary.js';
import { CsvRows, type Refusal } from '../../session/rows/csv-rows.js';
import type { RowMeasure } from '../../session/rows/row-measure.js';
import type { Trace } from '../../trace/trace.js';
import { PictureSink } from '../picture-sink.js';
import type { Reading, ReadingOptions, Rested } from '../rested.js';
import { type Series, seriesOf } from '../series.js';
import { refuseSecondReading, SecondReading } from './again.js';
import { bandsOf, pointsOf } from './bands.js';
import { summaryOfCsv } from './beside.js';
import { gapsUs } from './gaps.js';
import { partsOfTrack } from './of-track.js';
import { summedAnew } from './summed-anew.js';
import { nothingTold, toldIn } from './told.js';

const refusal: Refusal = {
  header: 'is not read',
  row: 'only what powerlog writes is read; `powerlog repair` says whether it can be mended',
};

/** Reads the rows of a CSV, with the figures of the summary beside it where that is of them. */
export async function readRowsAtRest(
  path: string,
  window: ByteWindow,
  { map: mapFrom, accuracy, sinks: more }: ReadingOptions,
): Promise<Rested> {
  const beside = summaryOfCsv(path);
  const there = beside?.summary ?? null;
  const map = mapFrom && (await mapFrom(there?.map as RailMap | undefined));
  let picture: PictureSink | undefined;
  let series: readonly Series[] = [];
  const finding = await inspectRows(window, refusal, {
    ...{ summedWith: map, there, accuracy },
    watch: ({ board, wiring, collector }) => {
      series = seriesOf(board, wiring);
      picture = new PictureSink(series, collector ? () => collector.gapLimitUs : null);
      const reading: Reading = {
        ...{ series, picture },
        gapLimitUs: () => collector?.gapLimitUs ?? 0,
        partFacts: () => collector?.partFacts() ?? null,
        position: () => ({ bytes: window.offset, startNs: 0 }),
      };
      return [picture, ...(more?.(reading) ?? [])];
    },
  });
  const { measure, lacking, partFacts } = finding;
  if (!measure || !picture)
    throw inputError(`${path} lacks ${lacking.join(' and ')}: without, there is nothing to show of it`);
  const again: Rested['again'] = (write) => readAgain(path, measure, write);
  const trace = partFacts && new SecondReading(again, partFacts);
  const anew = map !== undefined || accuracy !== undefined;
  const summary = await summaryOf(finding, measure, trace, anew, beside?.isTrack ?? false);
  const told = measure.known || summary !== finding.summary ? toldIn(summary) : nothingTold;
  const found = picture.picture(gapsUs(summary));
  return {
    ...{ path, summary, recalled: null, told, series, again },
    ...found,
    flags: pointsOf(told),
    bands: await bandsOf(told, null, path === '-' ? null : trace),
    board: measure.board,
    wiring: measure.wiring,
    header: measure.header,
    facts: partFacts,
    damage: damageOf(window.input),
  };
}

/** Rows that stand uncompressed behind those that are read. */
function damageOf({ name, tear }: ByteInput): string | null {
  if (!tear?.behind) return null;
  const { at, bytes } = tear.behind;
  const found = recordingIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), true);
  if (!found) return null;
  return `${name}: what stands from byte ${at + found.at} of the file on (${found.what}) is left out: it is not compressed, as what stands before it is`;
}

/** What the rows tell, with what the summary beside them knows. @param anew whether its figures hold no more; @param isTrack as of `SummaryOfCsv` */
async function summaryOf(
  finding: RowFinding,
  { known }: RowMeasure,
  trace: Pick<Trace, 'evaluate'> | null,
  anew: boolean,
  isTrack: boolean,
): Promise<RepairedSummary> {
  const found = finding.summary!;
  if (!known) return found;
  if (anew) return summedAnew(finding, found, known, trace);
  const hasParts = partKeys.some((key) => key in known);
  const isWhole = isOfAll(finding, known);
  if (isWhole && !(isTrack && hasParts)) return known as unknown as RepairedSummary;
  const merged = isWhole ? (known as unknown as RepairedSummary) : mergedSummary(finding, found, known);
  if (!hasParts) return merged;
  if (isTrack) return withPartsOfTrack(merged, known, trace);
  const { parts, warnings } = await keptParts(known, finding, merged, trace);
  return { ...merged, ...parts, warnings: [...merged.warnings, ...warnings] };
}

async function withPartsOfTrack(
  summary: RepairedSummary,
  known: KnownSummary,
  trace: Pick<Trace, 'evaluate'> | null,
): Promise<RepairedSummary> {
  const { parts, warnings } = await partsOfTrack(known, trace);
  const own = Object.fromEntries(
    Object.entries(summary).filter(([key]) => !partKeys.some((part) => part === key)),
  ) as unknown as RepairedSummary;
  // What all boards together covered of the command is not what this one did.
  const others = summary.warnings.filter(({ code }) => code !== 'command-uncovered');
  return { ...own, ...parts, warnings: [...others, ...warnings] };
}

/** Reads the rows once more, as they were measured. */
async function readAgain(
  path: string,
  { blockOf }: RowMeasure,
  write: Parameters<Rested['again']>[0],
): Promise<void> {
  refuseSecondReading(path);
  const input = await openByteInput(path);
  try {
    const rows = await CsvRows.open(new ByteWindow(input), refusal);
    for await (const batch of rows.batches()) if (!write(blockOf(batch))) break;
  } finally {
    await input.close();
  }
}
