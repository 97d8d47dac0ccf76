import { closeSync, existsSync, fsyncSync, ftruncateSync, statSync, writeSync } from 'node:fs';
import { openByteInput } from '../capture/byte-input.js';
import { ByteWindow } from '../capture/byte-window.js';
import { magic } from '../capture/format.js';
import { standsAt } from '../capture/parts.js';
import { inputError, outputError, systemErrorCode } from '../errors.js';
import type { RailMap } from '../measure/rail-map.js';
import { openForWriting } from '../sink/safe-open.js';
import { SummaryFile, summaryPathFor } from '../sink/summary-file.js';
import type { Finding } from './finding.js';
import { recompressHead } from './recompress.js';
import { inspectCapture } from './repair-capture.js';
import { inspectCsv } from './repair-csv.js';

export interface RepairPlan extends Finding {
  readonly path: string;
  /** Bytes behind the whole part; null where the file is compressed. */
  readonly tornBytes: number | null;
  /** Where its summary goes; null where it is there already and the file is whole. */
  readonly summaryPath: string | null;
}

/**
 * Reads a CSV or a capture through and says what has to be done.
 * @param map Which rails made up each component of a CSV, where it is not the default; a capture says itself.
 * @throws UserError (badInput) where it is neither, or broken otherwise than at its end
 */
export async function planRepair(path: string, map: RailMap | undefined): Promise<RepairPlan> {
  const input = await openByteInput(path);
  let finding: Finding;
  try {
    const window = new ByteWindow(input);
    await window.ensure(magic.length);
    finding = standsAt(window, magic) ? await inspectCapture(window) : await inspectCsv(window, map);
  } finally {
    await input.close();
  }
  const summaryPath = summaryPathFor(path);
  const wanted = finding.torn || (summaryPath !== null && !existsSync(summaryPath));
  const size = statSync(path).size;
  return {
    ...finding,
    path,
    tornBytes: input.compressed ? null : size - finding.wholeBytes,
    summaryPath: wanted ? summaryPath : null,
  };
}

/**
 * Does what a plan says: cuts the file behind its whole part and closes it, in place, then writes the summary. Killed
 * at any instant, it leaves every whole row or block that there was.
 * @throws UserError (outputFailed)
 */
export async function carryOut(plan: RepairPlan): Promise<void> {
  const summaryFile =
    plan.summaryPath === null
      ? null
      : new SummaryFile({ path: plan.summaryPath, force: true, durable: true });
  if (plan.torn) {
    if (plan.tornBytes === null) await recompressHead(plan.path, plan.wholeBytes, plan.tail);
    else cut(plan.path, plan.wholeBytes, plan.tail);
  }
  await summaryFile?.write(plan.summary);
}

function cut(path: string, wholeBytes: number, tail: Uint8Array): void {
  const { fd, regular } = openForWriting(path, true);
  try {
    if (!regular) throw inputError(`${path} is no file; only a file can be repaired`);
    ftruncateSync(fd, wholeBytes);
    writeSync(fd, tail, 0, tail.length, wholeBytes);
    fsyncSync(fd);
  } catch (error) {
    const code = systemErrorCode(error);
    throw code === undefined ? error : outputError(`cannot repair ${path}: ${code}`, error);
  } finally {
    closeSync(fd);
  }
}
