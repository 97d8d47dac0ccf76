import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder that looks like /sys as far as these files go; anybody may read it. */
export function sysfs(files: Readonly<Record<string, string | number>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-sys-'));
  chmodSync(folder, 0o755);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${content}\n`);
  }
  return folder;
}

/** A zone as Linux shows it; what is asked for under `intel-rapl:0` lies beside it in the class's folder. */
export const zone = (id: string, name: string, energyUj: number, wrapUj = 262_143_328_850) => ({
  [`class/powercap/${id}/name`]: name,
  [`class/powercap/${id}/energy_uj`]: energyUj,
  [`class/powercap/${id}/max_energy_range_uj`]: wrapUj,
});

/** What a desktop's package shows, as in the kernel's Documentation/power/powercap/powercap.rst, with its dram and psys. */
export const desktop = (energyUj = 1_000_000) => ({
  'class/powercap/intel-rapl/enabled': 1,
  ...zone('intel-rapl:0', 'package-0', energyUj),
  ...zone('intel-rapl:0:0', 'core', energyUj),
  ...zone('intel-rapl:0:1', 'uncore', energyUj),
  ...zone('intel-rapl:0:2', 'dram', energyUj),
  ...zone('intel-rapl:1', 'psys', energyUj),
  ...zone('intel-rapl-mmio:0', 'package-0', energyUj),
});
