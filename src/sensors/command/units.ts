import type { SensorQuantity } from '../sensor.js';

/** A unit as programs write it, and what its numbers are times `scale` in ours. */
export interface Unit {
  readonly suffix: string;
  readonly scale: number;
  readonly quantity: SensorQuantity;
}

const power = (scale: number): Unit => ({ suffix: '_w', scale, quantity: 'power' });
const energy = (scale: number): Unit => ({ suffix: '_j', scale, quantity: 'energy' });
const other = (suffix: string, scale = 1): Unit => ({ suffix, scale, quantity: 'other' });

const units: Readonly<Record<string, Unit>> = {
  ...{ w: power(1), watt: power(1), watts: power(1) },
  ...{ mw: power(1e-3), milliwatt: power(1e-3), milliwatts: power(1e-3), uw: power(1e-6), kw: power(1e3) },
  ...{ j: energy(1), joule: energy(1), joules: energy(1), mj: energy(1e-3), uj: energy(1e-6) },
  ...{ kj: energy(1e3), wh: energy(3600), kwh: energy(3.6e6) },
  ...{ v: other('_v'), mv: other('_v', 1e-3), a: other('_a'), ma: other('_a', 1e-3) },
  ...{ c: other('_c'), hz: other('_hz'), mhz: other('_hz', 1e6), rpm: other('_rpm') },
  ...{ pct: other('_pct'), '%': other('_pct'), s: other('_s') },
};

/** `mW`, `Watts`, `µJ`; undefined for what is no unit. `MW` and `MJ` are read as milli, as programs write them in capitals. */
export function unitOf(text: string): Unit | undefined {
  const plain = text.trim().replace(/[µμ]/u, 'u').replace(/^°/, '').toLowerCase();
  return Object.hasOwn(units, plain) ? units[plain] : undefined;
}

/** What a program says instead of a number where it has none. */
const nothing = /^\[?(?:|-+|n\/?a|nan|none|null|unknown|unknown error|not supported|[-+]?inf(?:inity)?)\]?$/i;
const numberAndUnit = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([a-zµμ%°]*)$/iu;

interface Cell {
  /** As it was written; NaN where the program says that it has none. */
  readonly value: number;
  readonly unit: Unit | undefined;
}

/** `12.3`, `12.3 W`, `N/A`; undefined for what is neither a number nor said to be none. */
export function cellOf(text: string): Cell | undefined {
  const plain = text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  if (nothing.test(plain)) return { value: Number.NaN, unit: undefined };
  const [, number, unitText = ''] = numberAndUnit.exec(plain) ?? [];
  const value = Number(number);
  if (number === undefined || !Number.isFinite(value)) return undefined;
  const unit = unitText === '' ? undefined : unitOf(unitText);
  return unitText !== '' && !unit ? undefined : { value, unit };
}
