import { plural } from '../../units.js';
import type { Prefixes } from '../prefixes.js';
import { SensorTrouble } from '../reader.js';
import type { SensorDevice } from '../sensor.js';
import { unusable } from './begin.js';
import type { Answer, DeviceHandle, Nvml } from './library.js';
import { isForbidden, ReturnCode, returnCodeName } from './return-code.js';

/**
 * Opens each GPU that may be asked.
 * @param open `prefix` is what its columns begin with; `isNew` where it was not there before
 * @throws SensorTrouble where there is none
 */
export function findGpus<Opened>(
  library: Nvml,
  prefixes: Prefixes,
  open: (handle: DeviceHandle, prefix: string, isNew: boolean) => Opened,
): Opened[] {
  const { code, value: count } = library.deviceCount();
  if (code !== ReturnCode.success) throw unusable(code);
  if (count === 0) throw new SensorTrouble('sensor-missing', 'the NVIDIA driver has no GPU');
  const gpus: Opened[] = [];
  let refusal: number = ReturnCode.success;
  for (let index = 0; index < count; index++) {
    const handle = library.handleByIndex(index);
    if (handle.code !== ReturnCode.success) {
      refusal = handle.code;
      continue;
    }
    const card = { uuid: answerOf(library.uuid(handle.value)), bus: null };
    const before = prefixes.before(card);
    gpus.push(open(handle.value, before ?? prefixes.ofCard(card, index), before === undefined));
  }
  if (gpus.length > 0) return gpus;
  throw new SensorTrouble(
    isForbidden(refusal) ? 'sensor-forbidden' : 'sensor-missing',
    `the NVIDIA driver has ${plural(count, 'GPU')} and lets none be read: ${returnCodeName(refusal)}`,
  );
}

/** Which GPU it is. */
export const deviceOf = (nvml: Nvml, handle: DeviceHandle, prefix: string): SensorDevice => ({
  ...{ prefix, name: answerOf(nvml.name(handle)), uuid: answerOf(nvml.uuid(handle)) },
  bus: answerOf(nvml.pci(handle))?.bus ?? null,
});

/** For people: `gpu0 (NVIDIA A100)`. */
export const titleOf = ({ prefix, name }: SensorDevice): string =>
  name === null ? prefix : `${prefix} (${name})`;

/** Null where it was not given. */
export const answerOf = <T>({ code, value }: Answer<T>): T | null =>
  code === ReturnCode.success ? value : null;
