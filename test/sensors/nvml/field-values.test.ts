import { describe, expect, it } from 'vitest';
import { FieldValues } from '#powerlog/sensors/nvml/field-values.js';
import { plainPowerWindowS } from '#powerlog/sensors/nvml/power-meaning.js';
import { returnCodeName } from '#powerlog/sensors/nvml/return-code.js';
import { recordedReadings } from './stand-in.js';

/** Writes an `nvmlFieldValue_t` as the header has it, member by member. */
function put(fields: FieldValues, n: number, members: { stamp?: number; type?: number; code?: number }) {
  const bytes = Buffer.from(fields.bytes.buffer, 40 * n, 40);
  bytes.writeBigInt64LE(BigInt(members.stamp ?? 0), 8);
  bytes.writeInt32LE(members.type ?? 1, 24);
  bytes.writeInt32LE(members.code ?? 0, 28);
  return bytes.subarray(32);
}

describe("NVML's field values", () => {
  it('are asked for by field and scope', () => {
    const { bytes } = new FieldValues([
      { field: 185, scope: 0 },
      { field: 186, scope: 2 },
    ]);
    expect(bytes.length).toBe(80);
    expect(Buffer.from(bytes).readUInt32LE(0)).toBe(185);
    expect(Buffer.from(bytes).readUInt32LE(40)).toBe(186);
    expect(Buffer.from(bytes).readUInt32LE(44)).toBe(2);
  });

  it('give power and stamp of a real H100 back', () => {
    const fields = new FieldValues([{ field: 186, scope: 0 }]);
    const readings = recordedReadings().map(({ instantMw, instantStampUs }) => [instantMw, instantStampUs]);
    const read = readings.map(([value = 0, stamp = 0]) => {
      put(fields, 0, { stamp }).writeUInt32LE(value);
      return [fields.value(0), fields.stampUs(0)];
    });
    expect(read).toEqual(readings);
  });

  it('are read by their type', () => {
    const fields = new FieldValues(Array.from({ length: 7 }, () => ({ field: 186, scope: 0 })));
    put(fields, 0, { type: 0 }).writeDoubleLE(73.5);
    put(fields, 1, { type: 1 }).writeUInt32LE(4_294_967_295);
    put(fields, 2, { type: 2 }).writeBigUInt64LE(5_000_000_000n);
    put(fields, 3, { type: 3 }).writeBigUInt64LE(2_988_639_000_000n);
    put(fields, 4, { type: 4 }).writeBigInt64LE(-3n);
    put(fields, 5, { type: 5 }).writeInt32LE(-4);
    put(fields, 6, { type: 6 }).writeUInt16LE(65535);
    const values = [0, 1, 2, 3, 4, 5, 6].map((n) => fields.value(n));
    expect(values).toEqual([73.5, 4_294_967_295, 5_000_000_000, 2_988_639_000_000, -3, -4, 65535]);
  });

  it('are nothing where NVML gave none, whatever stands there', () => {
    const fields = new FieldValues([{ field: 185, scope: 0 }]);
    put(fields, 0, { code: 3, stamp: 1 }).writeUInt32LE(1234);
    expect(fields.value(0)).toBeNaN();
    expect(fields.stampUs(0)).toBeNaN();
    put(fields, 0, { type: 99 }).writeUInt32LE(1234);
    expect(fields.value(0)).toBeNaN();
  });
});

describe("NVML's plain power", () => {
  const window = (architecture: number | null, pciDeviceId: number | null) =>
    plainPowerWindowS({ architecture, pciDeviceId });

  it('is averaged over a second from Ampere on, but not on GA100', () => {
    expect(window(5, 0x1db6)).toBe(0); // V100
    expect(window(6, 0x1e87)).toBe(0); // RTX 2080
    expect(window(7, 0x20b2)).toBe(0); // A100
    expect(window(7, 0x20b7)).toBe(0); // A30
    expect(window(7, 0x2204)).toBe(1); // RTX 3090
    expect(window(8, 0x2684)).toBe(1); // RTX 4090
    expect(window(9, 0x2330)).toBe(1); // H100
  });

  it('is not known where the card is not', () => {
    expect(window(null, 0x2330)).toBe(null);
    expect(window(0xffff_ffff, 0x2330)).toBe(null);
    expect(window(7, null)).toBe(null);
  });
});

describe("NVML's return codes", () => {
  it('have their names', () => {
    expect(returnCodeName(15)).toBe('NVML_ERROR_GPU_IS_LOST');
    expect(returnCodeName(999)).toBe('NVML_ERROR_UNKNOWN');
    expect(returnCodeName(77)).toBe('NVML error 77');
  });
});
