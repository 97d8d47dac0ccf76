import { closeSync, fsyncSync, ftruncateSync, renameSync, statSync, writeSync } from 'node:fs';
import { beginsCapture } from '../../capture/parts.js';
import { inputError, outputError, systemErrorCode } from '../../errors.js';
import { type GzipTear, openByteInput } from '../../file/byte-input.js';
import { ByteWindow } from '../../file/byte-window.js';
import { openForWriting } from '../../file/safe-open.js';
import type { MapChoice } from '../../measure/rail-map.js';
import type { Sink } from '../../sink/sink.js';
import { SummaryFile, summaryPathFor } from '../../sink/summary-file.js';
import { ownName } from './beside.js';
import type { Finding, Inspection } from './finding.js';
import { compress, recompressHead } from './recompress.js';
import { recordingBehind } from './recording-behind.js';
import { inspectCapture } from './repair-capture.js';
import { inspectCsv } from './repair-csv.js';
import { inspectSensorFile } from './repair-sensor-file.js';
import { partKeys, planSummary, readSummaryBeside, type SummaryPlan } from './repair-summary.js';

export interface RepairPlan extends Finding, SummaryPlan {
  readonly path: string;
  /** How the compressed file ends; null where it ends well, or is not compressed. */
  readonly tear: GzipTear | null;
  /** Where the file is cut, in bytes of it; null where it has to be compressed anew. */
  readonly cutAt: number | null;
  /** Bytes behind that. */
  readonly tornBytes: number | null;
}

export interface RepairOptions {
  /** Which rails made up each component of a CSV, where it is not the default; a capture says itself. */
  readonly map: MapChoice | undefined;
  /**
   * Makes sinks that are to see the samples too.
   * @param components how many, `system` among them
   * @param hasParts whether there is a summary that tells of a command
   */
  readonly watch?: (components: number, hasParts: boolean) => readonly Sink[];
}

/**
 * Reads a CSV or a capture through and says what has to be done.
 * @throws UserError (badInput) where it is neither, or changed otherwise than by a torn end
 */
export async function planRepair(path: string, options: RepairOptions): Promise<RepairPlan> {
  refuseOtherThanFiles(path);
  const input = await openByteInput(path);
  const name = ownName(path);
  const summaryPath = summaryPathFor(name);
  const beside = readSummaryBeside(summaryPath);
  const there = beside.state === 'known' ? beside.summary : null;
  const hasParts = there !== null && partKeys.some((key) => key in there);
  const { map, watch } = options;
  const inspection: Inspection = {
    ...{ map, there },
    ...(watch && { watch: (components) => watch(components, hasParts) }),
  };
  let finding: Finding;
  try {
    const window = new ByteWindow(input);
    const inspect = (await beginsCapture(window)) ? inspectCapture : inspectCsv;
    finding = await inspect(window, inspection).catch(async (error: unknown) => {
      const ofSensor = inspect === inspectCsv ? await inspectSensorFile(path) : null;
      if (ofSensor === null) throw error;
      // How the compressed data ends is known once it has been read to there.
      for (; await window.ensure(1); window.at += window.available);
      return ofSensor;
    });
  } finally {
    await input.close();
  }
  const { compressed, tear } = input;
  if (!compressed && path.endsWith('.gz'))
    throw inputError(
      `${path} is not compressed, though its name says so: only a torn end can be repaired, and it is left as it is; give it a name without .gz, or compress it`,
    );
  if (tear) {
    await refuseMembersBehind(path, tear);
    refuseRecordingBehind(path, tear);
  }
  const torn = finding.torn || tear !== null;
  const cutAt = compressed
    ? tear?.heldBytes === finding.wholeBytes
      ? tear.fileBytes
      : null
    : finding.wholeBytes;
  return {
    ...finding,
    ...(finding.unit === 'reading'
      ? noSummaryOf(path)
      : planSummary({ path: name, summaryPath, beside, finding, torn })),
    path,
    torn,
    tear,
    cutAt,
    tornBytes: cutAt === null ? null : statSync(path).size - cutAt,
  };
}

/** What a sensor said has its figures in the summary of the recording that it lies beside. */
const noSummaryOf = (path: string): SummaryPlan => ({
  ...{ summary: null, summaryPath: null, replaced: null, setAside: null },
  remark: `${path} is the file of a sensor, whose figures are in the summary of the recording`,
});

/** Before it is opened, since a pipe without a writer would keep us waiting. */
function refuseOtherThanFiles(path: string): void {
  let isOther = false;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    isOther = found !== undefined && !found.isFile() && !found.isDirectory();
  } catch {
    // Opening it says why it cannot be.
  }
  if (isOther) throw inputError(`${path} is no file; only a file can be repaired in place`);
}

/** @throws UserError (badInput) where cutting the file off would lose what can still be unpacked */
async function refuseMembersBehind(path: string, { what, fileBytes }: GzipTear): Promise<void> {
  const { wholeMemberBehind } = await import('../../file/gzip/gzip-members.js');
  const at = await wholeMemberBehind(path, fileBytes);
  if (at !== null)
    throw inputError(
      `${path}: ${what}, and a gzip member follows at byte ${at}: only a torn end can be repaired, and it is left as it is`,
    );
}

/** @throws UserError (badInput) where a recording stands uncompressed behind compressed data: cutting would lose it */
function refuseRecordingBehind(path: string, { kind, what, fileBytes }: GzipTear): void {
  const found = recordingBehind(path, fileBytes, kind === 'behind');
  if (found)
    throw inputError(
      `${path}: ${what}, and from byte ${found.at} of the file on they are ${found.what}, uncompressed: it is left as it is; \`tail -c +${found.at + 1}\` gives them by themselves`,
    );
}

/**
 * Does what a plan says: cuts the file behind its whole part and closes it, in place, then writes the summary. Killed
 * at any instant, it leaves every whole row or block that there was.
 * @throws UserError (outputFailed)
 */
export async function carryOut(plan: RepairPlan): Promise<void> {
  const { path, summaryPath, summary, setAside } = plan;
  const summaryFile =
    summaryPath === null
      ? null
      : new SummaryFile({ path: summaryPath, force: true, durable: true, like: path });
  if (plan.torn) {
    const { cutAt, tail, tear, wholeBytes } = plan;
    if (cutAt === null) await recompressHead(path, wholeBytes, tail);
    else cut(path, cutAt, tear && tail.length > 0 ? await compress(tail) : tail);
  }
  if (summaryPath !== null && setAside !== null) renameSync(summaryPath, setAside);
  if (summary) await summaryFile?.write(summary);
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
