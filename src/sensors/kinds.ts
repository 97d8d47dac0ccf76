import type { SensorKind } from './reader.js';

/** Every kind of sensor that `--with` knows, in the order in which `auto` looks. What reads one is loaded where it is wanted. */
export const kinds: readonly SensorKind[] = [
  {
    id: 'rapl',
    title: "the CPU's own energy counters (Intel and AMD), each zone for itself",
    open: async (environment) => (await import('./files/rapl.js')).openRapl(environment),
  },
  {
    id: 'nvml',
    title: "NVIDIA's GPUs, by the driver's own library",
    alone: true,
    open: async (environment) => (await import('./nvml/nvml.js')).openNvml(environment),
  },
  {
    id: 'nvidia-smi',
    title: "NVIDIA's GPUs, by the program nvidia-smi",
    autoUnless: ['nvml'],
    open: async (environment) => (await import('./nvidia-smi/nvidia-smi.js')).openNvidiaSmi(environment),
  },
  {
    id: 'amd',
    title: "AMD's GPUs, by the kernel's files, amd-smi or rocm-smi; amd:amd-smi for one way alone",
    ways: ['hwmon', 'amd-smi', 'rocm-smi'],
    open: async (environment) => (await import('./amd/amd.js')).openAmd(environment),
  },
  {
    id: 'hwmon',
    title: 'every chip under /sys/class/hwmon that tells a power or an energy',
    open: async (environment) => (await import('./files/hwmon.js')).openHwmon(environment),
  },
  {
    id: 'exec',
    title: 'exec:COMMAND, any program that prints numbers',
    open: async (environment) => (await import('./command/command.js')).openCommand(environment),
  },
];

export function kindOf(id: string): SensorKind {
  const kind = kinds.find((each) => each.id === id);
  if (!kind) throw new Error(`no kind of sensor is called ${id}`);
  return kind;
}
