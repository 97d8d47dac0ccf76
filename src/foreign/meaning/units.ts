import type { Quantity } from '../foreign-track.js';

/** What a name or a cell says of what it is in. */
export interface KnownUnit {
  readonly quantity: Quantity | 'time';
  /** As people write it. */
  readonly unit: string;
  /** W, J or µs in one of it. */
  readonly scale: number;
}

const power = (unit: string, scale: number): KnownUnit => ({ quantity: 'power', unit, scale });
const energy = (unit: string, scale: number): KnownUnit => ({ quantity: 'energy', unit, scale });
const time = (unit: string, scale: number): KnownUnit => ({ quantity: 'time', unit, scale });

const units = [
  ...[power('W', 1), power('mW', 1e-3), power('kW', 1e3), power('µW', 1e-6), power('nW', 1e-9)],
  ...[energy('J', 1), energy('mJ', 1e-3), energy('kJ', 1e3), energy('µJ', 1e-6), energy('nJ', 1e-9)],
  ...[energy('Wh', 3600), energy('mWh', 3.6), energy('kWh', 3.6e6)],
  ...[time('s', 1e6), time('ms', 1e3), time('µs', 1), time('ns', 1e-3), time('min', 60e6), time('h', 3600e6)],
];

/** Words in the place of a unit, in small letters. A megawatt is nothing that these files have: `MW` is a slip for `mW`. */
const words: Readonly<Record<string, string>> = {
  ...{ watt: 'W', watts: 'W', milliwatt: 'mW', milliwatts: 'mW', kilowatt: 'kW', kilowatts: 'kW' },
  ...{ microwatt: 'µW', microwatts: 'µW', nanowatts: 'nW' },
  ...{ joule: 'J', joules: 'J', millijoule: 'mJ', millijoules: 'mJ', microjoule: 'µJ', microjoules: 'µJ' },
  ...{ kilojoules: 'kJ', nanojoules: 'nJ' },
  ...{ sec: 's', secs: 's', second: 's', seconds: 's', msec: 'ms', millis: 'ms', millisecond: 'ms' },
  ...{ milliseconds: 'ms', usec: 'µs', micros: 'µs', microsecond: 'µs', microseconds: 'µs' },
  ...{ nsec: 'ns', nanos: 'ns', nanosecond: 'ns', nanoseconds: 'ns', minutes: 'min', hours: 'h' },
};
const byText = new Map<string, KnownUnit>(units.map((unit) => [plain(unit.unit), unit]));
for (const [word, unit] of Object.entries(words)) byText.set(word, byText.get(plain(unit))!);

/** Both characters that are called micro, and the letter that stands for them. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[µμ]/g, 'u');
}

/** What a text says where it is the name of a unit: `mW`, `milliwatts`. */
export const unitNamed = (text: string): KnownUnit | undefined => byText.get(plain(text.trim()));

/** The units that powers and energies can be given in. */
export const knownUnits = units.filter(({ quantity }) => quantity !== 'time').map(({ unit }) => unit);

/** What a name ends in, or has in brackets: `power.draw [W]`, `gpu_power_mw`, `Package Power (Watts)`. */
export function unitIn(name: string): KnownUnit | undefined {
  const [, bracketed] = /[[(]([^\])]{1,20})[\])]\s*$/.exec(name) ?? [];
  if (bracketed !== undefined) return unitNamed(bracketed);
  const last = wordsOf(name).at(-1);
  return last === undefined ? undefined : unitNamed(last);
}

/** What stands in brackets where a name says the unit of something that is neither power, energy nor time. */
const otherUnit =
  /^(?:%|°.*|deg.*|[cfk]|celsius|kelvin|percent|pct|rpm|[mµμuk]?[va]|(?:milli)?(?:volts?|amps?|amperes?)|[kmg]?hz|[kmgt]i?b|bytes|(?!m?j\/s)\S+\/(?:s|sec|min|h))$/i;

/** Whether a name says that it is in a unit of something else: `clocks.sm [MHz]`, `power [%]`. */
export function isInOtherUnit(name: string): boolean {
  const [, bracketed = ''] = /[[(]\s*([^\])]{1,20}?)\s*[\])]\s*$/.exec(name) ?? [];
  return otherUnit.test(bracketed) && unitNamed(bracketed) === undefined;
}

/** The words of a name, in small letters: `gpu0PowerDraw_mW` has gpu, 0, power, draw, mw. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/(?<=[a-z]{2})(?=[A-Z])/g, ' ')
    .replace(/(?<=[A-Za-zµμ])(?=\d)|(?<=\d)(?=[A-Za-zµμ])/g, ' ')
    .toLowerCase()
    .match(/[a-zµμ]+|\d+/g) ?? [];
