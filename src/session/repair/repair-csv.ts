import type { ByteWindow } from '../../file/byte-window.js';
import { tracedColumns } from '../../measure/accuracy/accuracy.js';
import { buildSummary } from '../../measure/summary.js';
import type { Warning } from '../../stream/warning.js';
import { tool } from '../../tool.js';
import { columnOf } from '../rows/csv-form.js';
import { CsvRows, type Refusal } from '../rows/csv-rows.js';
import { RowMeasure, type RowMeasureOptions } from '../rows/row-measure.js';
import type { Finding, Inspection } from './finding.js';

const leftAsItIs: Refusal = {
  header: 'is left as it is',
  row: 'only a torn end can be repaired, and the file is left as it is',
};

/**
 * Measures a CSV's rows again, samples or means of intervals. The CSV does not tell who the board was, how long it took to
 * answer, where it ran and why there are gaps; a summary that is there may.
 * @throws UserError (badInput) where it is no powerlog CSV, changed otherwise than by a torn end, or not of the given map
 */
export const inspectCsv = (window: ByteWindow, { map, there, watch }: Inspection): Promise<Finding> =>
  inspectRows(window, leftAsItIs, {
    ...{ recordedWith: map, there },
    // What is evaluated again is of samples, and of the recording that the summary tells of.
    watch: ({ known, collector }) => {
      if (!known || !collector) return [];
      return watch?.(tracedColumns(collector).length) ?? [];
    },
  });

/** What a look through a CSV found. */
export interface RowFinding extends Finding {
  /** Null where columns are lacking. */
  readonly measure: RowMeasure | null;
}

/** @throws UserError (badInput) as `inspectCsv` */
export async function inspectRows(
  window: ByteWindow,
  refusal: Refusal,
  options: Omit<RowMeasureOptions, 'port'>,
): Promise<RowFinding> {
  const rows = await CsvRows.open(window, refusal);
  const { form } = rows;
  const unit = columnOf(form, 'interval') < 0 ? 'sample' : 'mean';
  const names = form.columns.map(({ name }) => name);
  const lacking = ['time_s', 'system_power_w'].filter((name) => !names.includes(name));
  const told: RowMeasureOptions = { ...options, port: window.input.name };
  let count = 0;
  let measure: RowMeasure | undefined;
  for await (const batch of rows.batches()) {
    count += batch.count;
    if (lacking.length > 0) continue;
    measure ??= new RowMeasure(form, batch, told);
    await measure.add(batch);
  }
  if (lacking.length === 0) measure ??= new RowMeasure(form, null, told);
  await measure?.finish();
  const { wholeBytes, torn } = rows;
  const cutAt = torn || window.input.tear?.kind === 'cut' ? wholeBytes : null;
  return {
    samples: count,
    unit,
    firstUs: measure?.tally?.firstUs ?? null,
    lastUs: measure?.lastUs ?? null,
    wholeBytes,
    torn,
    tail: new Uint8Array(0),
    knowsBoard: false,
    dated: columnOf(form, 'unix-time') >= 0,
    lacking,
    summary: measure ? summaryOf(measure, unit, cutAt) : null,
    partFacts: measure?.collector?.partFacts() ?? null,
    measure: measure ?? null,
  };
}

function summaryOf(measure: RowMeasure, unit: Finding['unit'], cutAt: number | null) {
  const unknownMap = Object.values(measure.wiring.map.components).some((rails) => rails.length === 0);
  const warnings: Warning[] = [
    {
      code: 'rebuilt',
      message:
        `made again from the rows alone${unit === 'mean' ? `, ${ofMeans}` : ''}: the board, the host, round trips and the causes of gaps` +
        `${unknownMap ? ', and the map,' : ''} are not known`,
    },
  ];
  if (cutAt !== null)
    warnings.push({ code: 'repaired', message: `the recording was cut off behind byte ${cutAt} of its CSV` });
  return buildSummary(measure.measured(), { tool, host: {}, warnings });
}

const ofMeans = 'means of intervals, whose energies are mean × interval_s, without what lies in gaps';
