import { type ReaderEnvironment, type SensorReader, SensorTrouble } from '../reader.js';
import { findGraphics } from './graphics.js';
import { openAmdHwmon } from './hwmon-reader.js';
import { amdPrograms, openAmdProgram } from './program-reader.js';

/**
 * AMD's GPUs: by the kernel's files, which can be read often; where there are none by `amd-smi`, where that is not there by the
 * older `rocm-smi`. The argument names one of the three.
 * @throws SensorTrouble
 */
export async function openAmd(environment: ReaderEnvironment): Promise<SensorReader> {
  const way = environment.argument;
  if (way === 'amd-smi' || way === 'rocm-smi') return openAmdProgram(way, environment);
  const graphics = findGraphics(environment.sysfs);
  if (graphics.length > 0) return openAmdHwmon(graphics, environment);
  if (way === 'hwmon')
    throw new SensorTrouble('sensor-missing', 'no card of amdgpu under /sys/class/drm has a file of power');
  for (const id of ['amd-smi', 'rocm-smi'] as const)
    try {
      return await openAmdProgram(id, environment);
    } catch (error) {
      if (!(error instanceof SensorTrouble && error.code === 'sensor-missing')) throw error;
    }
  throw new SensorTrouble(
    'sensor-missing',
    `no card of amdgpu under /sys/class/drm has a file of power, and neither ${Object.keys(amdPrograms).join(' nor ')} tells of one`,
  );
}
