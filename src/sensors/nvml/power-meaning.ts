/** No card and no module draws as much, W: what NVML gives beyond is a value that was never set. */
const mostW = 100_000;

export const isPlausibleW = (watts: number): boolean => watts <= mostW;

/** The header's `NVML_DEVICE_ARCH_…`, as far as something is decided by it. */
const ampere = 7;
const hopper = 9;
const unknownArchitecture = 0xffff_ffff;

/** NVIDIA's device numbers of the chip GA100 (A100, A800, A30, CMP 170HX): 2080 to 20ff, as pci.ids lists them. */
const isGa100 = (deviceId: number): boolean => (deviceId & 0xff80) === 0x2080;

/** What tells how a GPU's powers are to be read; null for what NVML did not say. */
export interface PowerFacts {
  readonly architecture: number | null;
  readonly pciDeviceId: number | null;
}

/**
 * Over how long the plain power (`nvmlDeviceGetPowerUsage`, `power.draw`) is averaged: 1 s on Ampere without GA100 and on all
 * that is newer, not at all before, says NVIDIA's header. Null where the architecture is not known.
 */
export function plainPowerWindowS({ architecture, pciDeviceId }: PowerFacts): 0 | 1 | null {
  if (architecture === null || architecture === unknownArchitecture) return null;
  if (architecture < ampere) return 0;
  if (architecture > ampere) return 1;
  if (pciDeviceId === null) return null;
  return isGa100(pciDeviceId) ? 0 : 1;
}

/** A100 and H100 look at a quarter of the time alone (arXiv 2312.02741). */
export const looksAtAQuarter = ({ architecture, pciDeviceId }: PowerFacts): boolean =>
  architecture === hopper || (architecture === ampere && pciDeviceId !== null && isGa100(pciDeviceId));
