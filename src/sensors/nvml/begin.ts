import { SensorTrouble } from '../reader.js';
import { loadNvml, type Nvml } from './library.js';
import { isForbidden, ReturnCode, returnCodeName } from './return-code.js';

/** Loaded once: what a library has begun in a process does not end with it. */
let library: Nvml | undefined;
let hasBegun = false;

/**
 * The library, begun; `shutdown` ends that.
 * @throws SensorTrouble
 */
export function beginNvml(): Nvml {
  library ??= loadNvml();
  const code = library.init();
  if (code === ReturnCode.libraryMismatch && hasBegun) {
    // The driver was changed, and this process has loaded the library of the one before: only another can load the new one.
    process.stderr.write(`${beginFailure(code)}\n`);
    process.exit(1);
  }
  if (code !== ReturnCode.success) throw unusable(code);
  hasBegun = true;
  return library;
}

/** Why NVML cannot be begun, and what to do about it, where something is known. */
function beginFailure(code: number): string {
  const name = returnCodeName(code);
  if (code === ReturnCode.driverNotLoaded)
    return `${name}: the NVIDIA driver is not loaded (modprobe nvidia)`;
  if (code === ReturnCode.libraryMismatch)
    return `${name}: the driver in the kernel is of another version than its library; load it anew, or restart the machine`;
  if (isForbidden(code)) return `${name}: /dev/nvidiactl may not be opened by this user`;
  return name;
}

/** @param code what NVML answered */
export const unusable = (code: number): SensorTrouble =>
  new SensorTrouble(isForbidden(code) ? 'sensor-forbidden' : 'sensor-missing', beginFailure(code));
