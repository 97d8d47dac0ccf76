import { describe, expect, it } from 'vitest';
import { compiler, needs } from '../../parts.js';
import { ask, cells } from '../asked.js';
import { a100, h100, useStandIn } from './stand-in.js';

describe('NVML', needs(compiler), () => {
  const { environment, readings } = useStandIn();

  it('gives what a real H100 said', () => {
    const { env } = environment([h100], readings);
    const asked = ask('nvml', 200, env);
    expect(asked.told).toEqual([]);
    // The first was asked for when the card was looked at.
    for (const n of [0, 1, 57, 199]) {
      const { plainMw, energyMj, averageMw, instantStampUs, instantMw } = readings[n + 2]!;
      expect(cells(asked, n)).toEqual({
        gpu0_power_w: instantMw / 1000,
        gpu0_power_unix_time_s: instantStampUs / 1e6,
        gpu0_plain_power_w: plainMw / 1000,
        gpu0_average_power_w: averageMw / 1000,
        gpu0_energy_j: energyMj / 1000,
        // Its process makes it of the energy.
        gpu0_counter_power_w: null,
        // The stand-in's memory draws half.
        gpu0_memory_average_power_w: Math.floor(averageMw / 2) / 1000,
      });
    }
  });

  it('asks a counter that takes much CPU seldom, and all else each time', () => {
    const { env } = environment([h100], readings);
    const dear = { ...env, POWERLOG_STAND_IN_COUNTER_US: '20000' };
    const counted = (more: NodeJS.ProcessEnv) => {
      const asked = ask('nvml', 30, { ...dear, ...more });
      const cellsOf = (name: string) => asked.rows.map((_, n) => cells(asked, n)[name]);
      expect(cellsOf('gpu0_power_w')).not.toContain(null);
      return cellsOf('gpu0_energy_j').filter((joules) => joules !== null).length;
    };
    // Half a hundredth of a core is a reading in four seconds: the others are done long before, unless the machine stands still.
    expect(counted({ INTERVAL_MS: 'none' })).toBeLessThan(30);
    expect(counted({ INTERVAL_MS: 'none', THOROUGH: '1' })).toBe(30);
    expect(counted({ INTERVAL_MS: '20' })).toBe(30);
  });

  it('says which card it is, and what its power means', () => {
    const { env } = environment([h100], readings);
    const { identity, columns } = ask('nvml', 1, env);
    expect(identity).toEqual({
      product: 'NVIDIA NVML',
      driver: '580.159.04',
      devices: [
        {
          prefix: 'gpu0',
          name: 'NVIDIA H100 80GB HBM3',
          uuid: 'GPU-2e74d19f-1034-3148-148a-53b71d4818e0',
          bus: '0000:06:00.0',
        },
      ],
      meaning:
        'gpu0_power_w is instant power (field 186), gpu0_plain_power_w is averaged over 1 s, such a card was measured to look at 25 % of the time (arXiv 2312.02741)',
    });
    const named = (name: string) => columns.find((column) => column.name === name);
    expect(named('gpu0_memory_average_power_w')!.partOf).toBe('gpu0_average_power_w');
    // JSON knows no infinity.
    expect(named('gpu0_energy_j')!.counter).toEqual({ wrapJ: null });
    expect(named('gpu0_counter_power_w')!.meanOf).toBe('gpu0_energy_j');
  });

  it('reads several cards, leaves empty what one does not have, and says so once', () => {
    const { env } = environment([h100, { ...a100, hasEnergy: false }], readings);
    const asked = ask('nvml', 3, env);
    expect(cells(asked, 2)).toMatchObject({
      gpu0_power_w: readings[4]!.instantMw / 1000,
      gpu1_power_w: readings[4]!.instantMw / 1000 + 1,
      gpu1_plain_power_w: readings[4]!.plainMw / 1000 + 1,
      gpu1_average_power_w: null,
      gpu1_energy_j: null,
    });
    expect(asked.told).toEqual([
      'sensor-missing gpu1 (NVIDIA A100-SXM4-80GB) has no power averaged over 1 s (field 185): NVML_ERROR_NOT_SUPPORTED',
      'sensor-missing gpu1 (NVIDIA A100-SXM4-80GB) has no energy (nvmlDeviceGetTotalEnergyConsumption): NVML_ERROR_NOT_SUPPORTED',
    ]);
    expect(asked.identity.meaning).toContain('gpu1_plain_power_w is the same');
  });

  it('knows a card again by its UUID, whatever its number is now', () => {
    const { env } = environment([h100, a100], readings);
    const known = [a100, h100].map(({ uuid }, n) => ({ prefix: `gpu${n}`, uuid, bus: null, name: null }));
    const asked = ask('nvml', 1, { ...env, KNOWN: JSON.stringify(known) });
    expect(cells(asked, 0)).toMatchObject({
      gpu1_power_w: readings[2]!.instantMw / 1000,
      gpu0_power_w: readings[2]!.instantMw / 1000 + 1,
    });
    // What the A100 does not have was said when it was first there.
    expect(asked.told).toEqual([]);
  });

  it('takes the plain power where a driver knows no fields', () => {
    const old = { ...h100, architecture: 6, pciDevice: '1e87', fields: [] };
    const { env } = environment([old], readings);
    const asked = ask('nvml', 1, env);
    expect(cells(asked, 0)).toMatchObject({
      gpu0_power_w: readings[2]!.plainMw / 1000,
      gpu0_power_unix_time_s: null,
      gpu0_plain_power_w: readings[2]!.plainMw / 1000,
      gpu0_average_power_w: null,
    });
    expect(asked.identity.meaning).toContain(
      'gpu0_power_w is instant power as nvmlDeviceGetPowerUsage gives it',
    );
  });

  it("gives a module's power, of which the GPU's is a part", () => {
    const { env } = environment([{ ...h100, fields: ['185@0', '186@0', '186@1', '191@1'] }], readings);
    const { columns, ...asked } = ask('nvml', 1, env);
    const part = (name: string) => columns.find((column) => column.name === name)!.partOf;
    expect(part('gpu0_power_w')).toBe('gpu0_module_power_w');
    expect(part('gpu0_energy_j')).toBe('gpu0_module_energy_j');
    expect(part('gpu0_module_power_w')).toBe(null);
    expect(cells({ columns, ...asked }, 0).gpu0_module_power_w).toBe(readings[2]!.instantMw / 1000);
  });

  it('says that the power of a divided card is that of all its instances', () => {
    const { env } = environment([{ ...a100, instances: 2 }], readings);
    const { identity, rows } = ask('nvml', 1, env);
    expect(identity.meaning).toContain(
      'gpu0 is divided (MIG), and its power is that of all instances: MIG-b70fcd91-66f0-4aa1-9d31-3b2c92b0a8a2-0 MIG-b70fcd91-66f0-4aa1-9d31-3b2c92b0a8a2-1',
    );
    expect(rows).toHaveLength(1);
  });

  it.each([
    [
      'no-driver',
      'sensor-missing NVML_ERROR_DRIVER_NOT_LOADED: the NVIDIA driver is not loaded (modprobe nvidia)',
    ],
    [
      'forbidden',
      'sensor-forbidden NVML_ERROR_OPERATING_SYSTEM: /dev/nvidiactl may not be opened by this user',
    ],
  ] as const)('says why it cannot be begun: %s', (mode, trouble) => {
    const { env } = environment([h100], readings, mode);
    expect(ask('nvml', 1, env).trouble).toBe(trouble);
  });

  it('says where no card is', () => {
    const { env } = environment([], readings);
    expect(ask('nvml', 1, env).trouble).toBe('sensor-missing the NVIDIA driver has no GPU');
  });

  it('takes an unset number for no power', () => {
    const { env } = environment([h100], readings, 'unset');
    const asked = ask('nvml', 1, env);
    expect(cells(asked, 0)).toMatchObject({ gpu0_power_w: null, gpu0_plain_power_w: null });
  });

  it('goes on with the other cards where one is lost', () => {
    const { env } = environment([h100, a100], readings, 'lost-first');
    const asked = ask('nvml', 2, env);
    expect(cells(asked, 1)).toMatchObject({
      gpu0_power_w: null,
      gpu1_power_w: readings[0]!.instantMw / 1000 + 1,
    });
    expect(asked.told).toContain('sensor-lost gpu0 could not be read: NVML_ERROR_GPU_IS_LOST');
  });

  it('is missing where there is no such library', () => {
    expect(ask('nvml', 1).trouble).toMatch(
      /^sensor-missing the NVIDIA driver's library could not be loaded \(.+\); is the driver installed\?$/,
    );
  });
});
