/*
 * What PowerSensor3 keeps of its sensors in its EEPROM and answers to `R`. Source: firmware 1.6.1 of
 * nlesc-recruit/PowerSensor3.
 */

export const sensorCount = 8;
/** char type[16], char pair_name[16], float32 vref, float32 sensitivity, uint8 in_use; packed, little-endian. */
export const sensorBytes = 41;
const textBytes = 16;

/** One of the eight sensors: even ones measure a current, odd ones a voltage, and two that follow one another are a pair. */
export interface SensorConfiguration {
  readonly type: string;
  readonly pairName: string;
  /** What the converter sees where nothing flows, V. */
  readonly referenceV: number;
  /** V of the converter per A, or per V. Negative where it is built in the other way round. */
  readonly sensitivity: number;
  readonly inUse: boolean;
}

/** Reads eight entries side by side; null where there are not so many bytes. */
export function readConfiguration(bytes: Uint8Array): readonly SensorConfiguration[] | null {
  if (bytes.length !== sensorCount * sensorBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: sensorCount }, (_, sensor) => {
    const at = sensor * sensorBytes;
    return {
      type: textAt(bytes, at),
      pairName: textAt(bytes, at + textBytes),
      referenceV: view.getFloat32(at + 2 * textBytes, true),
      sensitivity: view.getFloat32(at + 2 * textBytes + 4, true),
      inUse: view.getUint8(at + 2 * textBytes + 8) !== 0,
    };
  });
}

/** As `readConfiguration` reads it. */
export function writeConfiguration(sensors: readonly SensorConfiguration[]): Uint8Array {
  const bytes = new Uint8Array(sensorCount * sensorBytes);
  const view = new DataView(bytes.buffer);
  sensors.forEach(({ type, pairName, referenceV, sensitivity, inUse }, sensor) => {
    const at = sensor * sensorBytes;
    bytes.set(new TextEncoder().encode(type).subarray(0, textBytes - 1), at);
    bytes.set(new TextEncoder().encode(pairName).subarray(0, textBytes - 1), at + textBytes);
    view.setFloat32(at + 2 * textBytes, referenceV, true);
    view.setFloat32(at + 2 * textBytes + 4, sensitivity, true);
    view.setUint8(at + 2 * textBytes + 8, inUse ? 1 : 0);
  });
  return bytes;
}

function textAt(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + textBytes);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
