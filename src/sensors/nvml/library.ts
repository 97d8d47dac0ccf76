import type { LibraryHandle } from 'koffi';
import { errorText } from '../../errors.js';
import { textOfField } from '../../text.js';
import { SensorTrouble } from '../reader.js';
import type { FieldValues } from './field-values.js';
import type { PowerSamples } from './power-samples.js';
import { ReturnCode } from './return-code.js';

/** An `nvmlDevice_t`: an address, which only NVML looks at. */
export type DeviceHandle = bigint;

/** What was asked for, or why it was not given. */
export interface Answer<T> {
  readonly code: number;
  /** Means something with success alone. */
  readonly value: T;
}

/**
 * The driver's own library. No call takes a callback; any may block for as long as the driver does, or for good. One that the
 * library does not have answers `NVML_ERROR_FUNCTION_NOT_FOUND`.
 */
export interface Nvml {
  init(): number;
  shutdown(): void;
  driverVersion(): Answer<string>;
  deviceCount(): Answer<number>;
  handleByIndex(index: number): Answer<DeviceHandle>;
  uuid(device: DeviceHandle): Answer<string>;
  name(device: DeviceHandle): Answer<string>;
  /** As the header's `NVML_DEVICE_ARCH_…`. */
  architecture(device: DeviceHandle): Answer<number>;
  pci(device: DeviceHandle): Answer<PciFacts>;
  /** Whether the GPU is divided into instances (MIG). */
  isDivided(device: DeviceHandle): Answer<boolean>;
  /** UUIDs of the instances that a divided GPU has now. */
  instanceUuids(device: DeviceHandle): readonly string[];
  /** mW. */
  power(device: DeviceHandle): Answer<number>;
  /** mJ since the driver was loaded. */
  energy(device: DeviceHandle): Answer<number>;
  fieldValues(device: DeviceHandle, fields: FieldValues): number;
  /**
   * The powers that the driver has sampled by itself behind an instant, oldest first.
   * @param behindUs UTC µs since 1970; 0 for all that it has kept
   */
  powerSamples(device: DeviceHandle, behindUs: number, samples: PowerSamples): number;
}

interface PciFacts {
  /** `0000:01:00.0`, as the system writes it. */
  readonly bus: string;
  /** The device's number at its maker. */
  readonly deviceId: number;
}

/** Where it is when the system's loader does not know: containers of Kubernetes engines, WSL, NixOS. */
const places: readonly string[] =
  process.platform === 'win32'
    ? ['nvml.dll']
    : [
        'libnvidia-ml.so.1',
        '/usr/local/nvidia/lib64/libnvidia-ml.so.1',
        '/usr/lib/wsl/lib/libnvidia-ml.so.1',
        '/run/opengl-driver/lib/libnvidia-ml.so.1',
      ];

/** @throws SensorTrouble (`sensor-missing`) */
export function loadNvml(): Nvml {
  let koffi: typeof import('koffi');
  try {
    koffi = require('koffi') as typeof import('koffi');
  } catch (error) {
    throw new SensorTrouble(
      'sensor-missing',
      `nothing is there to call ${places[0]} with: koffi has no build for this system (${errorText(error).split('\n')[0]})`,
      { cause: error },
    );
  }
  const failures: string[] = [];
  for (const place of places) {
    try {
      return bind(koffi.load(place));
    } catch (error) {
      failures.push(errorText(error).split('\n')[0]!);
    }
  }
  throw new SensorTrouble(
    'sensor-missing',
    `the NVIDIA driver's library could not be loaded (${failures[0]}); is the driver installed?`,
  );
}

/** `NVML_TOTAL_POWER_SAMPLES`. */
const totalPower = 0;
/** Longer than any text that NVML gives. */
const textBytes = 96;
/** Of an `nvmlPciInfo_t`; `busId` is its last member, `pciDeviceId` lies behind three numbers. */
const pci = { bytes: 68, deviceId: 28, bus: 36 } as const;

function bind(library: LibraryHandle): Nvml {
  const call = (signature: string): ((...args: unknown[]) => number) => {
    try {
      return library.func(signature);
    } catch {
      return () => ReturnCode.functionNotFound;
    }
  };
  const init = library.func('int nvmlInit_v2()');
  const shutdown = call('int nvmlShutdown()');
  const driverVersion = call('int nvmlSystemGetDriverVersion(_Out_ uint8_t *, uint32_t)');
  const deviceCount = call('int nvmlDeviceGetCount_v2(_Out_ uint8_t *)');
  const handleByIndex = call('int nvmlDeviceGetHandleByIndex_v2(uint32_t, _Out_ uint8_t *)');
  const uuid = call('int nvmlDeviceGetUUID(uintptr_t, _Out_ uint8_t *, uint32_t)');
  const name = call('int nvmlDeviceGetName(uintptr_t, _Out_ uint8_t *, uint32_t)');
  const architecture = call('int nvmlDeviceGetArchitecture(uintptr_t, _Out_ uint8_t *)');
  const pciInfo = call('int nvmlDeviceGetPciInfo_v3(uintptr_t, _Out_ uint8_t *)');
  const migMode = call('int nvmlDeviceGetMigMode(uintptr_t, _Out_ uint8_t *, _Out_ uint8_t *)');
  const migCount = call('int nvmlDeviceGetMaxMigDeviceCount(uintptr_t, _Out_ uint8_t *)');
  const migHandle = call('int nvmlDeviceGetMigDeviceHandleByIndex(uintptr_t, uint32_t, _Out_ uint8_t *)');
  const power = call('int nvmlDeviceGetPowerUsage(uintptr_t, _Out_ uint8_t *)');
  const energy = call('int nvmlDeviceGetTotalEnergyConsumption(uintptr_t, _Out_ uint8_t *)');
  const fieldValues = call('int nvmlDeviceGetFieldValues(uintptr_t, int, _Inout_ uint8_t *)');
  const samplesOf = call(
    'int nvmlDeviceGetSamples(uintptr_t, int, uint64_t, _Inout_ int *, _Inout_ uint32_t *, _Inout_ uint8_t *)',
  );

  // One place for every answer: nothing is allocated for a reading.
  const whole = new BigUint64Array(1);
  const wholeBytes = new Uint8Array(whole.buffer);
  const words = new Uint32Array(whole.buffer);
  const second = new Uint8Array(8);

  const word = (code: number): Answer<number> => ({ code, value: words[0]! });
  const ask = <T>(how: () => number, answer: (code: number) => Answer<T>): Answer<T> => {
    whole[0] = 0n;
    return answer(how());
  };
  const handle = (how: () => number): Answer<DeviceHandle> =>
    ask(how, (code) => ({ code, value: whole[0]! }));
  const text = (how: (into: Uint8Array) => number): Answer<string> => {
    const into = new Uint8Array(textBytes);
    const code = how(into);
    return { code, value: textOfField(into) };
  };

  const uuidOf = (device: DeviceHandle) => text((into) => uuid(device, into, textBytes));
  return {
    init,
    shutdown: () => void shutdown(),
    driverVersion: () => text((into) => driverVersion(into, textBytes)),
    deviceCount: () => ask(() => deviceCount(wholeBytes), word),
    handleByIndex: (index) => handle(() => handleByIndex(index, wholeBytes)),
    uuid: uuidOf,
    name: (device) => text((into) => name(device, into, textBytes)),
    architecture: (device) => ask(() => architecture(device, wholeBytes), word),
    pci(device) {
      const into = new Uint8Array(pci.bytes);
      const code = pciInfo(device, into);
      const bus = textOfField(into.subarray(pci.bus)).toLowerCase();
      const number = new DataView(into.buffer).getUint32(pci.deviceId, true);
      // NVML writes eight digits of domain where the system writes four; the maker's number is the lower half.
      return { code, value: { bus: bus.replace(/^0000(?=[\da-f]{4}:)/, ''), deviceId: number >>> 16 } };
    },
    isDivided: (device) =>
      ask(
        () => migMode(device, wholeBytes, second),
        (code) => ({ code, value: words[0] === 1 }),
      ),
    instanceUuids(device) {
      const { code, value: most } = ask(() => migCount(device, wholeBytes), word);
      if (code !== ReturnCode.success) return [];
      const found: string[] = [];
      for (let n = 0; n < most; n++) {
        const instance = handle(() => migHandle(device, n, wholeBytes));
        if (instance.code !== ReturnCode.success) continue;
        const named = uuidOf(instance.value);
        if (named.code === ReturnCode.success) found.push(named.value);
      }
      return found;
    },
    power: (device) => ask(() => power(device, wholeBytes), word),
    energy: (device) =>
      ask(
        () => energy(device, wholeBytes),
        (code) => ({ code, value: Number(whole[0]) }),
      ),
    fieldValues: (device, fields) => fieldValues(device, fields.count, fields.bytes),
    powerSamples(device, behindUs, samples) {
      samples.clear();
      const { type, count, bytes } = samples;
      return samplesOf(device, totalPower, BigInt(behindUs), type, count, bytes);
    },
  };
}
