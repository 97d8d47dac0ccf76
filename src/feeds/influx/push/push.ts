import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError, usageError } from '../../../errors.js';
import { makeTemporaryFolder } from '../../../file/folder/temporary-folder.js';
import type { MapChoice } from '../../../measure/rail-map.js';
import { startRecording } from '../../../session/record.js';
import type { CaptureSource } from '../../../source/capture.js';
import { forgetfulMs } from '../../sending/limits.js';
import { Spool } from '../../spool/spool.js';
import { InfluxSink, type LinePlan } from '../lines/influx-sink.js';
import type { ServerKind } from '../server/server-kind.js';
import { Delivery, type Destination } from './delivery.js';

/** A spool for what is sent as fast as it is made is as large as it has to be. */
const limitBytes = Number.MAX_SAFE_INTEGER;

/**
 * Sends a capture's samples, as they would have been sent while it was recorded; returns how many lines.
 * @throws UserError (outputFailed, badInput)
 */
export async function pushCapture(
  source: CaptureSource,
  map: MapChoice,
  plan: LinePlan,
  destination: Destination,
): Promise<number> {
  const folder = await makeTemporaryFolder();
  const delivery = new Delivery(
    Spool.open({ folder: join(folder, 'spool'), limitBytes, keepMs: forgetfulMs }),
    destination,
  );
  try {
    const { identity, facts } = source;
    const recording = await startRecording({
      sources: [source],
      map,
      outputs: { columns: plan.columns },
      host: facts.host,
      sinks: (track) => [
        new InfluxSink({
          ...plan,
          track,
          board: identity.name || identity.product,
          host: String(facts.host.hostname ?? ''),
          deliver: (batch) => delivery.deliver(batch),
        }),
      ],
    });
    await recording.ended;
    await delivery.finish();
    const damage = recording.warnings.find(
      ({ code }) => code === 'capture-damaged' || code === 'capture-left',
    );
    if (damage) throw inputError(damage.message);
    return delivery.lines;
  } finally {
    await delivery.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Sends what a recording left in its spool, which is removed when all has arrived; returns how many lines.
 * @throws UserError (outputFailed)
 */
export async function pushSpool(folder: string, kind: ServerKind, destination: Destination): Promise<number> {
  const spool = Spool.open({ folder, limitBytes, keepMs: forgetfulMs });
  const first = spool.next();
  spool.rewind();
  if (first?.meta.includes('"ns"') && kind.unit === 'ms') {
    spool.close();
    throw usageError(
      `${folder} holds every sample with stamps in ns, and ${destination.target.name} keeps whole milliseconds: push the capture instead, which becomes means there`,
    );
  }
  const delivery = new Delivery(spool, destination);
  try {
    await delivery.finish();
    return delivery.lines;
  } finally {
    await delivery.close();
  }
}
