import type { SensorKind } from './reader.js';

/** Every kind of sensor that `--with` knows, in the order in which `auto` looks. What reads one is loaded where it is wanted. */
export const kinds: readonly SensorKind[] = [
  {
    id: 'rapl',
    title: "the CPU's own energy counters (Intel and AMD), each zone for itself",
    open: async (environment) => (await import('./files/rapl.js')).openRapl(environment),
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
