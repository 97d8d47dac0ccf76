import type { SensorKind } from './reader.js';

/** Every kind of sensor that `--with` knows, in the order in which `auto` looks. What reads one is loaded where it is wanted. */
export const kinds: readonly SensorKind[] = [
  {
    id: 'rapl',
    open: async (environment) => (await import('./files/rapl.js')).openRapl(environment),
  },
  {
    id: 'nvml',
    isOfGraphics: true,
    alone: true,
    open: async (environment) => (await import('./nvml/nvml.js')).openNvml(environment),
  },
  {
    id: 'nvml-samples',
    isOfGraphics: true,
    alone: true,
    isSecond: true,
    open: async (environment) => (await import('./nvml/samples-reader.js')).openNvmlSamples(environment),
  },
  {
    id: 'nvidia-smi',
    isOfGraphics: true,
    autoUnless: ['nvml'],
    open: async (environment) => (await import('./nvidia-smi/nvidia-smi.js')).openNvidiaSmi(environment),
  },
  {
    id: 'amd',
    isOfGraphics: true,
    ways: ['hwmon', 'amd-smi', 'rocm-smi'],
    open: async (environment) => (await import('./amd/amd.js')).openAmd(environment),
  },
  {
    id: 'hwmon',
    open: async (environment) => (await import('./files/hwmon.js')).openHwmon(environment),
  },
  {
    id: 'exec',
    open: async (environment) => (await import('./command/command.js')).openCommand(environment),
  },
];

export function kindOf(id: string): SensorKind {
  const kind = kinds.find((each) => each.id === id);
  if (!kind) throw new Error(`no kind of sensor is called ${id}`);
  return kind;
}
