import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, cells } from '../asked.js';
import { onPath, vendorFixture } from '../on-path.js';

/** A sysfs with the cards of the fixtures. */
function sysfs(): string {
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-sys-'));
  mkdirSync(join(folder, 'class'));
  cpSync(vendorFixture('drm'), join(folder, 'class/drm'), { recursive: true });
  return folder;
}

const none = { POWERLOG_SYS: mkdtempSync(join(tmpdir(), 'powerlog-sys-')) };
const without = { ...none, PATH: '/nowhere' };

const amdSmi = `case "$*" in
  list*) cat ${vendorFixture('amd-smi/list-rocm-6.2.json')} ;;
  static*) cat ${vendorFixture('amd-smi/static-rocm-7.0.json')} ;;
  *) cat ${vendorFixture('amd-smi/metric-rocm-6.1.json')} ;;
esac`;

const rocmSmi = `case "$*" in
  *showuniqueid*) cat ${vendorFixture('rocm-smi/showuniqueid.json')} ;;
  *) cat ${vendorFixture('rocm-smi/showpower-two-dies.json')} ;;
esac`;

describe("AMD's GPUs", () => {
  it("are read by the kernel's files, in the order of their buses", () => {
    const asked = ask('amd', 1, { POWERLOG_SYS: sysfs(), PATH: '/nowhere' });
    expect(cells(asked, 0)).toEqual({ gpu0_power_w: 19, gpu1_power_w: null, gpu2_power_w: 31.145 });
    expect(asked.told).toEqual([
      'sensor-implausible gpu1, average power (power1_average) was given as 4294967295000 µW, which says that it is not known',
    ]);
    expect(asked.identity.devices[0]).toEqual({
      prefix: 'gpu0',
      name: null,
      uuid: '9a0b3f64c2d11e57',
      bus: '0000:03:00.0',
    });
  });

  it('have names and UUIDs of amd-smi', () => {
    const { identity } = ask('amd', 1, { POWERLOG_SYS: sysfs(), ...onPath({ 'amd-smi': amdSmi }) });
    expect(identity.devices[0]).toEqual({
      prefix: 'gpu0',
      name: 'AMD Instinct MI300X',
      uuid: 'bcff74a1-0000-1000-8021-9ee4fb78e9ba',
      bus: '0000:03:00.0',
    });
  });

  it('keep their columns where another one has gone, and its number is theirs', () => {
    const folder = sysfs();
    const { devices } = ask('amd', 1, { POWERLOG_SYS: folder, PATH: '/nowhere' }).identity;
    rmSync(join(folder, 'class/drm/card1'), { recursive: true });
    const asked = ask('amd', 1, {
      ...{ POWERLOG_SYS: folder, PATH: '/nowhere', KNOWN: JSON.stringify(devices) },
    });
    expect(cells(asked, 0)).toEqual({ gpu1_power_w: null, gpu2_power_w: 31.145 });
    const anew = ask('amd', 1, { POWERLOG_SYS: folder, PATH: '/nowhere' });
    expect(cells(anew, 0)).toEqual({ gpu0_power_w: null, gpu1_power_w: 31.145 });
  });

  it('are lost where a program tells of other cards than before', () => {
    const state = mkdtempSync(join(tmpdir(), 'powerlog-asked-'));
    const fewer = `case "$*" in
  metric*) if mkdir ${state}/once 2>/dev/null; then echo '[{"gpu":0,"power":{"socket_power":{"value":10,"unit":"W"}}},{"gpu":1,"power":{"socket_power":{"value":20,"unit":"W"}}}]'
    else echo '[{"gpu":0,"power":{"socket_power":{"value":20,"unit":"W"}}}]'; fi ;;
  *) exit 1 ;;
esac`;
    expect(ask('amd:amd-smi', 1, { ...none, ...onPath({ 'amd-smi': fewer }) }).rows).toEqual([
      'sensor-lost it tells of other cards than before',
    ]);
  });

  it('have both powers where a card tells both', () => {
    const folder = sysfs();
    writeFileSync(join(folder, 'class/drm/card1/device/hwmon/hwmon3/power1_input'), '25000000\n');
    const asked = ask('amd:hwmon', 1, { POWERLOG_SYS: folder, PATH: '/nowhere' });
    expect(cells(asked, 0)).toMatchObject({ gpu0_power_w: 25, gpu0_average_power_w: 19 });
  });

  it('are read by amd-smi where the kernel has no files', () => {
    const asked = ask('amd', 1, { ...none, ...onPath({ 'amd-smi': amdSmi }) });
    expect(asked.identity.product).toBe('amd-smi');
    expect(cells(asked, 0)).toEqual({ gpu0_power_w: 10, gpu1_power_w: null });
    expect(asked.told).toEqual(['sensor-missing gpu1 has no power of its own: N/A']);
    expect(asked.identity.devices.map(({ name }) => name)).toEqual([
      'AMD Instinct MI300X',
      'Radeon RX 7900 XTX',
    ]);
  });

  it('are read by rocm-smi where amd-smi is not there', () => {
    const asked = ask('amd', 1, { ...none, ...onPath({ 'rocm-smi': rocmSmi }) });
    expect(asked.identity.product).toBe('rocm-smi');
    expect(cells(asked, 0)).toEqual({
      gpu0_power_w: 237,
      gpu1_power_w: null,
      gpu2_power_w: 230,
      gpu3_power_w: null,
    });
    expect(asked.told).toContain('sensor-missing gpu1 has no power of its own: N/A (Secondary die)');
  });

  it('are read one way alone, where somebody says so', () => {
    const environment = { POWERLOG_SYS: sysfs(), ...onPath({ 'amd-smi': amdSmi, 'rocm-smi': rocmSmi }) };
    expect(ask('amd:amd-smi', 1, environment).identity.product).toBe('amd-smi');
    expect(ask('amd:rocm-smi', 1, environment).identity.product).toBe('rocm-smi');
    expect(ask('amd:hwmon', 1, environment).identity.product).toBe('amdgpu, by hwmon');
  });

  it('are missing where there is none', () => {
    expect(ask('amd', 1, without).trouble).toBe(
      'sensor-missing no card of amdgpu under /sys/class/drm has a file of power, and neither amd-smi nor rocm-smi tells of one',
    );
  });

  it('are missing where the programs are there and know of no card', () => {
    const failing = onPath({ 'amd-smi': 'echo "no amdgpu driver" >&2; exit 255', 'rocm-smi': 'exit 2' });
    expect(ask('amd:amd-smi', 1, { ...none, ...failing }).trouble).toBe(
      'sensor-missing amd-smi failed (it ended with exit code 255): no amdgpu driver',
    );
    expect(ask('amd', 1, { ...none, ...failing }).trouble).toMatch(/^sensor-missing no card of amdgpu/);
  });

  it('can be lost', () => {
    const folder = sysfs();
    rmSync(join(folder, 'class/drm/card2'), { recursive: true });
    rmSync(join(folder, 'class/drm/card3'), { recursive: true });
    const file = join(folder, 'class/drm/card1/device/hwmon/hwmon3/power1_average');
    writeFileSync(file, '');
    const asked = ask('amd:hwmon', 1, { POWERLOG_SYS: folder, PATH: '/nowhere' });
    expect(cells(asked, 0)).toEqual({ gpu0_power_w: null });
  });
});
