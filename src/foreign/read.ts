import { inputError } from '../errors.js';
import { type ByteInput, openByteInput } from '../file/byte-input.js';
import { plural } from '../units.js';
import type { ForeignOptions, ForeignTrack, OptionNames } from './foreign-track.js';
import { type Plan, planOf } from './plan.js';
import { ReadingCollector } from './reading-collector.js';
import { openTable } from './table/open-table.js';
import type { Table } from './table/table.js';
import { inOrder, type Readings, unwrapped } from './tidy.js';

/** Instants with fewer digits than this are in the middle of what they may be, as a clock cuts them off. */
const coarseUs = 0.5e6;
/** A sensor's own stamps tell of its updates where at most so many of them are new: else they tell when it was asked. */
const stampShare = 0.9;

/**
 * Reads the powers that a file holds, or its counted joules, whoever wrote it: CSV with any separator, JSON, compressed or not.
 * @param path `-` is standard input
 * @param names what the options are called in messages
 * @throws UserError (usage) where what is asked for is not there, or several things could be meant; (badInput) where it holds no
 * readings that can be told
 */
export async function readForeign(
  path: string,
  options: ForeignOptions,
  names: OptionNames,
): Promise<ForeignTrack> {
  const input = await openByteInput(path);
  try {
    return await readForeignInput(input, options, names);
  } finally {
    await input.close();
  }
}

/** Reads the powers that an open file holds; it stays open. */
export async function readForeignInput(
  input: ByteInput,
  options: ForeignOptions,
  names: OptionNames,
): Promise<ForeignTrack> {
  const table = await openTable(input);
  return readTable(table, planOf(table, options, input.name, names), input);
}

async function readTable(table: Table, plan: Plan, input: ByteInput): Promise<ForeignTrack> {
  const { time, power, device, writer } = plan;
  const { clock } = time;
  const remarks: string[] = [];
  const remark = (text: string) => remarks.push(text);
  const collector = new ReadingCollector(plan, table.point);
  const { rows, short } = await table.rows(collector.wanted, (cells) => collector.take(cells));
  const { unreadable, others } = collector;
  if (others > 0 && device.called === null) remark(`${plural(others, 'row')} of other devices are left out`);
  if (unreadable + short > 0)
    remark(`${plural(unreadable + short, 'line')} of ${rows + short} could not be read and are left out`);
  const fault = input.fault ?? input.tear?.what;
  if (fault !== undefined) remark(`the file's end is damaged (${fault}): what stands before it is read`);
  const { readings, isSpread, begins } = tidied(plan, collector, remark);
  const known = readings.value.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0);
  if (known === 0)
    throw inputError(
      `${input.name}: '${power.column.name}' holds no number; its columns are ${table.names.join(', ')}`,
    );
  const isCoarse = time.resolutionUs >= coarseUs && clock.kind !== 'elapsed' && clock.kind !== 'recording';
  if (isCoarse && !isSpread)
    for (let n = 0; n < readings.timeUs.length; n++) readings.timeUs[n]! += time.resolutionUs / 2;
  if (isCoarse)
    remark(`instants are known to ${time.resolutionUs / 1e6} s only, and taken for the middle of that`);
  const { stampUs } = readings;
  return {
    ...{ path: input.name, writer, clock, quantity: power.quantity, remarks },
    column: device.called === null ? power.column.name : `${power.column.name} of ${device.called}`,
    unit: power.unit?.unit ?? null,
    ...{ timeUs: readings.timeUs, value: readings.value, uuid: device.uuid },
    ...(begins ? { begins } : {}),
    ...(stampUs && tellsUpdates(stampUs) ? { stampUs } : {}),
    resolutionUs: time.resolutionUs,
    guesses: [...power.guesses, ...device.guesses, ...time.guesses],
  };
}

interface Tidied {
  readonly readings: Readings;
  readonly isSpread: boolean;
  readonly begins?: readonly number[];
}

function tidied({ time, power }: Plan, collector: ReadingCollector, remark: (text: string) => void): Tidied {
  if (collector.runs) return { ...collector.runs.finish(remark), isSpread: false };
  const { readings, isSpread } = inOrder(collector.finish(), time.resolutionUs, remark);
  return { isSpread, readings: power.quantity === 'energy' ? unwrapped(readings, remark) : readings };
}

function tellsUpdates(stampUs: Float64Array): boolean {
  let changes = 0;
  for (let n = 1; n < stampUs.length; n++) if (stampUs[n] !== stampUs[n - 1]) changes++;
  return changes <= stampShare * stampUs.length;
}
