import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SensorAlone } from '../../comparison/audit/alone.js';
import { type Load, playWaves } from '../../comparison/audit/load.js';
import { type Audited, auditFiles } from '../../comparison/audit/open.js';
import { type Waves, wavesFor } from '../../comparison/audit/waves.js';
import { usageError } from '../../errors.js';
import { makeTemporaryFolder } from '../../file/folder/temporary-folder.js';
import { kindOf } from '../../sensors/kinds.js';
import type { SensorChoice } from '../../sensors/open.js';
import { railMapFrom } from '../../session/map/map-choice.js';
import { handOverMsFor } from '../../session/outputs.js';
import { startRecording } from '../../session/record.js';
import type { SensorsBeside } from '../../session/sensor-tracks.js';
import { openAllSources } from '../../source/open.js';
import { formatSi } from '../../units.js';
import { onEndSignal } from '../impatience.js';
import { calibrationsFrom, inputFiles, type SamplingOptions, type SensorOptions } from '../options.js';
import { ownBoardOf } from '../own-board.js';
import { chosenSensors, openBeside, refuseMissing } from '../sensors.js';
import { notice } from '../terminal/notices.js';
import { say } from '../terminal/say.js';

export interface AuditOptions extends SamplingOptions, SensorOptions {
  readonly load?: string;
  readonly duration?: number;
  readonly out?: string;
  readonly columnA?: string;
  readonly columnB?: string;
  readonly json?: string;
  readonly force?: true;
  readonly quiet?: true;
}

const usualMs = 90_000;

/**
 * Plays a load, records a sensor meanwhile, beside a board where there is one, and makes the sensor's sheet.
 * @throws UserError (usage); (noBoard) where the board or the sensor is not there; (outputFailed)
 */
export async function auditLive(options: AuditOptions): Promise<Audited> {
  const choice = await chosenOne(options);
  const load = loadOf(choice, options);
  const waves = wavesFor(options.duration ?? usualMs);
  const hasBoard = options.port.join() !== 'none';
  if (!hasBoard && options.out !== undefined)
    throw usageError('--out keeps the recording of a board, and --port none is none');
  if (hasBoard) return auditBeside(choice, load, waves, options);
  const sensors = await openOne(choice, options);
  const alone = new SensorAlone(sensors.sensors[0]!);
  try {
    await play(load, waves, options, () => {});
  } finally {
    await alone.stop();
  }
  return alone.audit(options.columnB);
}

async function chosenOne(options: AuditOptions): Promise<SensorChoice> {
  const choices = await chosenSensors(options);
  const [choice] = choices;
  if (choices.length !== 1 || !choice || choice.kind === 'auto')
    throw usageError('an audit is of one sensor, since its load is made for it: name one with --with');
  return choice;
}

function loadOf({ kind }: SensorChoice, { load }: AuditOptions): Load {
  if (load !== undefined) return { command: load };
  if (kindOf(kind).isOfGraphics)
    throw usageError(
      `${kind} reads graphics cards, and powerlog's own load is of the CPU: name a program that loads the card, such as --load ./burn`,
    );
  return 'cpu';
}

async function openOne(choice: SensorChoice, options: AuditOptions): Promise<SensorsBeside> {
  const sensors = await openBeside([choice], options, () => {}, true);
  await refuseMissing(sensors);
  return sensors;
}

/** Plays all waves, or as far as somebody lets it. @param onEnd is called when there is nothing more to record */
async function play(load: Load, waves: Waves, options: AuditOptions, onEnd: () => void): Promise<void> {
  const controller = new AbortController();
  const release = onEndSignal(() => controller.abort());
  const isWatched = process.stderr.isTTY && !options.quiet;
  try {
    await playWaves(load, waves, controller.signal, ({ onMs, offMs, forMs }, n) => {
      if (isWatched)
        say(
          `${n + 1} of ${waves.waves.length}: ${onMs} ms of load, ${offMs} ms of rest, for ${formatSi(forMs / 1000, 's', 2)}`,
        );
    });
  } finally {
    release();
    onEnd();
  }
}

async function auditBeside(
  choice: SensorChoice,
  load: Load,
  waves: Waves,
  options: AuditOptions,
): Promise<Audited> {
  const map = await railMapFrom(options);
  const calibrations = await calibrationsFrom(options);
  const sources = await openAllSources(options.port, {
    link: options.link,
    reconnectMs: options.reconnect,
    own: await ownBoardOf(options),
    onNotice: notice,
  });
  const folder = options.out === undefined ? await makeTemporaryFolder() : null;
  try {
    const sensors = await openOne(choice, options);
    const out = options.out ?? join(folder!, 'audit.csv');
    const outputs = { out, columns: 'rails', force: options.force, accuracy: options.accuracy };
    const recording = await startRecording({
      sources,
      ...{ map, calibrations },
      sensors,
      outputs,
      inputs: inputFiles({ port: sources.map(({ identity }) => identity.port) }),
      sampling: {
        ...(options.rate === undefined ? {} : { rateHz: options.rate }),
        handOverMs: handOverMsFor(outputs, false),
      },
      onNotice: notice,
    });
    try {
      await play(load, waves, options, () => recording.stop());
      await recording.ended;
      await recording.summarize();
    } finally {
      recording.stop();
      await recording.close();
    }
    const audited = await auditFiles(out, recording.sensors.tracks[0]!.path!, options);
    if (folder === null) return audited;
    const { a, b } = audited;
    return { ...audited, a: a && { ...a, path: sources[0]!.identity.port }, b: { ...b, path: choice.kind } };
  } finally {
    for (const source of sources) await source.close();
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}
