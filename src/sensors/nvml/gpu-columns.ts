import type { SensorColumn, SensorQuantity } from '../sensor.js';
import { Field, type FieldRequest, Scope } from './field-values.js';

/** What NVML gives as one of its fields. The names' end is that of the column, behind `gpu0_`. */
interface FieldColumn extends FieldRequest {
  readonly name: string;
  readonly quantity: SensorQuantity;
  readonly title: string;
  /** The column that it is contained in. */
  readonly within?: string;
}

/** The power of the GPU itself stands in front of what it contains and of what contains it. */
export const fieldColumns: readonly FieldColumn[] = [
  power('power_w', Field.instantPower, Scope.gpu, 'instant power'),
  power('average_power_w', Field.averagePower, Scope.gpu, 'power averaged over 1 s'),
  power('memory_power_w', Field.instantPower, Scope.memory, 'memory, instant power', 'power_w'),
  power(
    'memory_average_power_w',
    Field.averagePower,
    Scope.memory,
    'memory, power averaged over 1 s',
    'average_power_w',
  ),
  power('module_power_w', Field.instantPower, Scope.module, 'module with its CPU, instant power'),
  power('module_average_power_w', Field.averagePower, Scope.module, 'module with its CPU, averaged over 1 s'),
  {
    name: 'module_energy_j',
    field: Field.energy,
    scope: Scope.module,
    quantity: 'energy',
    title: 'module with its CPU, energy counter',
  },
];

function power(name: string, field: number, scope: number, title: string, within?: string): FieldColumn {
  return { name, field, scope, quantity: 'power', title, ...(within !== undefined && { within }) };
}

/** Where a GPU's own columns stand among its columns, which all GPUs have, so that files have one shape. */
export const ownColumn = { power: 0, stamp: 1, plain: 2, average: 3, energy: 4, counterPower: 5 } as const;

/** NVML counts mJ in 64 bits; one that falls was begun again with its driver. */
const neverWraps = { wrapJ: Number.POSITIVE_INFINITY } as const;

/** A GPU's columns: its own, and of `given` those of its memory and of its module. */
export function gpuColumns(
  prefix: string,
  hasInstant: boolean,
  given: readonly FieldColumn[],
): SensorColumn[] {
  const named = (name: string) => `${prefix}_${name}`;
  const own: (Pick<FieldColumn, 'name' | 'quantity' | 'title'> & Partial<SensorColumn>)[] = [
    { name: 'power_w', quantity: 'power', title: hasInstant ? 'instant power' : 'power' },
    {
      name: 'power_unix_time_s',
      quantity: 'stamp',
      title: "NVML's instant of the power",
      decimals: 6,
    },
    { name: 'plain_power_w', quantity: 'power', title: 'power as nvmlDeviceGetPowerUsage gives it' },
    { name: 'average_power_w', quantity: 'power', title: 'power averaged over 1 s' },
    {
      name: 'energy_j',
      quantity: 'energy',
      title: 'energy counter',
      counter: neverWraps,
      shape: named('power_w'),
    },
    {
      name: 'counter_power_w',
      quantity: 'power',
      title: 'mean power by the energy counter',
      meanOf: named('energy_j'),
    },
  ];
  const around = given.filter(({ scope }) => scope !== Scope.gpu);
  const names = new Set([...own, ...around].map(({ name }) => name));
  const container = (name: string, within: string | undefined): string | null => {
    const found = within ?? `module_${name}`;
    return names.has(found) ? named(found) : null;
  };
  return [...own, ...around].map((each) => {
    const { name, quantity, title, within, ...more } = each as FieldColumn & Partial<SensorColumn>;
    const { decimals = 3, counter, shape, meanOf } = more;
    return {
      name: named(name),
      decimals,
      quantity,
      title: `${prefix}, ${title}`,
      partOf: quantity === 'stamp' ? null : container(name, within),
      ...((counter ?? quantity === 'energy') && { counter: neverWraps }),
      ...(shape !== undefined && { shape }),
      ...(meanOf !== undefined && { meanOf }),
    };
  });
}
