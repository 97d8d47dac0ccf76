/** How instants are written, as far as that is the same in all of a column. */
export interface DateForm {
  readonly order: DateOrder;
  readonly hasClock: boolean;
  readonly hasZone: boolean;
  /** How far apart two instants are that can be told from each other, µs. */
  readonly resolutionUs: number;
  /** Whether day and month could be the other way round. */
  readonly isAmbiguous: boolean;
}

/** `clock`: hours and no date. `named`: a month by its name. */
type DateOrder = 'ymd' | 'dmy' | 'mdy' | 'clock' | 'named';

const clock = String.raw`(?<h>\d{1,2})[:_-](?<min>\d{2})(?:[:_-](?<s>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?\s*(?<half>[AaPp][Mm])?`;
const zone = String.raw`\s*(?<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?`;
const month = '(?<month>[A-Za-z]{3})[a-z]*';
const forms: readonly (readonly [DateOrder, RegExp])[] = [
  ['ymd', new RegExp(`^\\d{4}([-/._])\\d{1,2}\\1\\d{1,2}(?:(?:T|\\s+|[_-])${clock}${zone})?$`)],
  [
    'dmy',
    new RegExp(`^(?<first>\\d{1,2})([-/.])(?<second>\\d{1,2})\\2\\d{4}(?:,?(?:T|\\s+)${clock}${zone})?$`),
  ],
  ['clock', new RegExp(`^${clock.replaceAll('[:_-]', ':')}$`)],
  [
    'named',
    new RegExp(
      `^[A-Za-z]{3},? +${month} +(?<d>\\d{1,2}) +${clock}(?: +(?<zone>UTC|GMT|[+-]\\d{4}))?(?: +[A-Z]{2,5})? +(?<y>\\d{4})$`,
    ),
  ],
  [
    'named',
    new RegExp(`^(?:[A-Za-z]{3},? +)?(?<d>\\d{1,2})[ -]${month}[ -](?<y>\\d{4})(?: +${clock}${zone})?$`),
  ],
];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** What a text is written as; null where it is no instant. Of two that could be day and month, the day is taken for the first. */
export function dateOrderOf(text: string): DateOrder | null {
  const found = forms.find(([, form]) => form.test(text));
  return found ? found[0] : null;
}

/** What all of some texts are written as; null where they are not alike. @param texts at least one */
export function dateFormOf(texts: readonly string[]): DateForm | null {
  const order = dateOrderOf(texts[0]!);
  if (order === null) return null;
  const all = texts.map((text) =>
    forms.find(([each, form]) => each === order && form.test(text))?.[1].exec(text),
  );
  if (all.some((match) => !match)) return null;
  const groups = all.map((match) => match!.groups ?? {});
  const digits = Math.max(...groups.map(({ fraction }) => fraction?.length ?? 0));
  const hasClock = groups.some(({ h }) => h !== undefined);
  const hasSeconds = groups.some(({ s }) => s !== undefined);
  const over12 = (name: string): boolean => groups.some((each) => Number(each[name]) > 12);
  const isSlash = order === 'dmy' && texts[0]!.includes('/');
  return {
    order: order === 'dmy' && (over12('second') || (isSlash && !over12('first'))) ? 'mdy' : order,
    hasClock,
    hasZone: groups.some((each) => each.zone !== undefined),
    resolutionUs: hasSeconds ? 10 ** Math.max(0, 6 - digits) : hasClock ? 60e6 : 86_400e6,
    isAmbiguous: order === 'dmy' && !over12('first') && !over12('second'),
  };
}

const [zero, minus, plus, dot, comma] = [0x30, 0x2d, 0x2b, 0x2e, 0x2c];
/** A day, µs. */
export const dayUs = 86_400e6;
const minuteUs = 60e6;

/** Reads instants of one form: µs since 1970, or since midnight where there is no date; NaN for what is none. */
export class DateReader {
  readonly #form: DateForm;
  readonly #groups = [0, 0, 0, 0, 0, 0, 0];
  #day = Number.NaN;
  #dayUs = Number.NaN;

  constructor(form: DateForm) {
    this.#form = form;
  }

  at(bytes: Uint8Array, from: number, to: number): number {
    const { order, hasZone } = this.#form;
    if (order === 'named') return namedUs(Buffer.from(bytes.subarray(from, to)).toString('latin1'));
    const groups = this.#groups;
    groups.fill(0);
    const dateGroups = order === 'clock' ? 0 : 3;
    let [group, at, zoneUs, half, before] = [0, from, 0, 0, 0];
    let fractionUs = 0;
    while (at < to) {
      const byte = bytes[at]!;
      if (byte >= zero && byte <= zero + 9) {
        const first = at;
        let value = 0;
        for (; at < to && bytes[at]! >= zero && bytes[at]! <= zero + 9; at++)
          value = value * 10 + bytes[at]! - zero;
        if (group === dateGroups + 3 && (before === dot || before === comma))
          fractionUs = value * 10 ** (6 - at + first);
        else if (group < groups.length) groups[group] = value;
        group++;
        continue;
      }
      if (hasZone && group >= dateGroups + 2 && (byte === plus || byte === minus)) {
        zoneUs = zoneAtUs(bytes, at, to);
        break;
      }
      if ((byte | 0x20) === 0x70 && (bytes[at + 1]! | 0x20) === 0x6d) half = 12;
      if ((byte | 0x20) === 0x61 && (bytes[at + 1]! | 0x20) === 0x6d) half = -12;
      before = byte;
      at++;
    }
    if (group < Math.max(dateGroups, 2)) return Number.NaN;
    const [h, min, s] = [groups[dateGroups]!, groups[dateGroups + 1]!, groups[dateGroups + 2]!];
    if (h > 24 || min > 59 || s > 60) return Number.NaN;
    const hour = half === 0 ? h : (h % 12) + (half > 0 ? 12 : 0);
    return this.#midnightUs() + hour * 3600e6 + min * minuteUs + s * 1e6 + fractionUs - zoneUs;
  }

  #midnightUs(): number {
    const { order } = this.#form;
    if (order === 'clock') return 0;
    const [a, b, c] = this.#groups as unknown as [number, number, number];
    const [y, m, d] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
    const day = (y * 100 + m) * 100 + d;
    if (day === this.#day) return this.#dayUs;
    const isDate = m >= 1 && m <= 12 && d >= 1 && d <= 31;
    this.#day = day;
    this.#dayUs = isDate ? Date.UTC(y, m - 1, d) * 1000 : Number.NaN;
    return this.#dayUs;
  }
}

/** `+0530`, `-08:00`, `+02` at a sign, µs. */
function zoneAtUs(bytes: Uint8Array, from: number, to: number): number {
  const digits = Buffer.from(bytes.subarray(from + 1, to))
    .toString('latin1')
    .replace(':', '')
    .slice(0, 4);
  const us = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0)) * minuteUs;
  return bytes[from] === minus ? -us : us;
}

/** Of an instant whose month is a word. */
function namedUs(text: string): number {
  const groups = forms
    .map(([order, form]) => (order === 'named' ? form.exec(text)?.groups : undefined))
    .find(Boolean);
  const place = months.indexOf(groups?.month?.toLowerCase() ?? '');
  if (!groups || place < 0) return Number.NaN;
  const { y, d, h = 0, min = 0, s = 0, fraction = 0, half, zone: offset } = groups;
  const hour = half ? (Number(h) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0) : Number(h);
  const zoneUs = offset && /^[+-]/.test(offset) ? zoneAtUs(Buffer.from(offset), 0, offset.length) : 0;
  const seconds = Number(s) + Number(`0.${fraction}`);
  return (
    Date.UTC(Number(y), place, Number(d)) * 1000 +
    hour * 3600e6 +
    Number(min) * minuteUs +
    seconds * 1e6 -
    zoneUs
  );
}
