/*
 * What AMD's programs print, in the forms of their releases. Power is in whole watts or text, wherever it stands; what a program
 * does not know is `"N/A"`, an error's name, or missing.
 */

/** The names that `amd-smi metric` had for a socket's power, the newest first (ROCm 6.1, 6.0, 5.7), and `amd-smi monitor`'s. */
const powerKeys = ['socket_power', 'current_power', 'average_socket_power', 'power_usage'] as const;
/** `rocm-smi --showpower`; which of the two it has depends on the card. */
const rocmKeys = ['Current Socket Graphics Package Power (W)', 'Average Graphics Package Power (W)'] as const;

export interface CardPower {
  /** `0`, as the program counts them; of rocm-smi `card0`. */
  readonly card: string;
  /** NaN where it gives none. */
  readonly powerW: number;
  /** What it says instead, where it says something. */
  readonly words: string | null;
}

export interface CardName {
  readonly card: string;
  readonly bus: string | null;
  readonly uuid: string | null;
  readonly name: string | null;
}

/** Of `amd-smi metric -p --json`, its `--csv`, and `amd-smi monitor -p`. @throws Error where it is neither */
export function readAmdSmi(text: string): CardPower[] {
  return entriesOf(text).map((entry) => {
    const { gpu, power } = entry;
    const place = isRecord(power) ? power : entry;
    const key = powerKeys.find((each) => place[each] !== undefined);
    return { card: String(gpu), ...powerOf(key === undefined ? power : place[key]) };
  });
}

/** Of `rocm-smi --showpower --json`. @throws Error */
export function readRocmSmi(text: string): CardPower[] {
  const cards = Object.entries(parsed(text)).filter(([card]) => /^card\d+$/.test(card));
  return cards.map(([card, facts]) => {
    const key = rocmKeys.find((each) => isRecord(facts) && facts[each] !== undefined);
    const { powerW, words } = powerOf(
      key === undefined ? undefined : (facts as Record<string, unknown>)[key],
    );
    // For itself it takes 0 W as a failure to tell (python_smi_tools/rocm_smi.py), and prints it all the same in JSON.
    return { card, powerW: powerW === 0 ? Number.NaN : powerW, words };
  });
}

/** Of `amd-smi list --json` and `amd-smi static --asic --json`. @throws Error */
export const readAmdNames = (text: string): CardName[] =>
  entriesOf(text).map(({ gpu, bdf, uuid, asic }) => ({
    card: String(gpu),
    bus: known(bdf)?.toLowerCase() ?? null,
    uuid: known(uuid),
    name: isRecord(asic) ? known(asic.market_name) : null,
  }));

/** Of `rocm-smi --showuniqueid --json`. @throws Error */
export const readRocmNames = (text: string): CardName[] =>
  Object.entries(parsed(text)).flatMap(([card, facts]) =>
    isRecord(facts) ? [{ card, bus: null, uuid: known(facts['Unique ID']), name: null }] : [],
  );

type Entry = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Entry => typeof value === 'object' && value !== null;

const known = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value !== 'N/A' ? value : null;

function powerOf(value: unknown): { powerW: number; words: string | null } {
  const [number, unit] = isRecord(value) ? [value.value, value.unit] : [value, 'W'];
  const scale = unit === 'mW' ? 1e-3 : unit === 'W' ? 1 : Number.NaN;
  const text = typeof number === 'string' ? (/^(\d+(?:\.\d+)?)(?: W)?$/.exec(number)?.[1] ?? '') : '';
  const powerW = scale * (typeof number === 'number' ? number : text === '' ? Number.NaN : Number(text));
  if (powerW >= 0) return { powerW, words: null };
  return { powerW: Number.NaN, words: typeof number === 'string' ? number : null };
}

/** One a card, of a list, of a list in `gpu_data` (ROCm 7), or of rows of a CSV. */
function entriesOf(text: string): Entry[] {
  if (!/[[{]/.test(text)) return rowsOf(text);
  const value = parsed(text);
  const list: unknown = Array.isArray(value) ? value : (value.gpu_data ?? [value]);
  if (!Array.isArray(list)) throw new Error('it is no list of cards');
  return list.filter((entry): entry is Entry => isRecord(entry) && entry.gpu !== undefined);
}

/** JSON, behind the warnings and the lines for people that the programs print in front of it. */
function parsed(text: string): Entry {
  const start = text.search(/^\s*[[{]/m);
  if (start < 0) throw new Error('it printed no JSON');
  const value: unknown = JSON.parse(text.slice(start));
  if (!isRecord(value)) throw new Error('it printed no JSON');
  return value;
}

function rowsOf(text: string): Entry[] {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(','));
  const [header = [], ...rows] = lines.map((line) => line.split(',').map((cell) => cell.trim()));
  if (!header.includes('gpu')) throw new Error('it printed neither JSON nor a CSV with a column gpu');
  return rows.map((cells) => Object.fromEntries(header.map((name, n) => [name, cells[n] ?? ''])));
}
