import type { ByteInput } from '../../file/byte-input.js';
import { jsonObjects } from './json-objects.js';
import { type Cells, type RowCount, sampleRows, type Table } from './table.js';

/** What one device said at one instant: texts by the path of their names, `power.socket_power`. */
type JsonRecord = Readonly<Record<string, string>>;

const dot = 0x2e;

/** JSON that a program wrote, one object or many, as the rows of a table. */
export class JsonTable implements Table {
  readonly point = dot;
  readonly names: readonly string[];
  readonly sample: readonly (readonly string[])[];
  readonly #first: readonly JsonRecord[];
  readonly #rest: AsyncGenerator<JsonRecord>;

  private constructor(first: readonly JsonRecord[], rest: AsyncGenerator<JsonRecord>) {
    this.#first = first;
    this.#rest = rest;
    this.names = [...new Set(first.flatMap((record) => Object.keys(record)))];
    this.sample = first.map((record) => this.names.map((name) => textOf(record, name)));
  }

  /** @throws UserError (badInput) where it is no JSON */
  static async open(input: ByteInput): Promise<JsonTable> {
    const records = recordsIn(input);
    const first: JsonRecord[] = [];
    while (first.length < sampleRows) {
      const { value, done } = await records.next();
      if (done) break;
      first.push(value);
    }
    return new JsonTable(first, records);
  }

  async rows(wanted: readonly number[], take: (cells: Cells) => void): Promise<RowCount> {
    const names = wanted.map((column) => this.names[column]!);
    const cells: Cells = {
      bytes: new Uint8Array(0),
      from: new Int32Array(wanted.length),
      to: new Int32Array(wanted.length),
    };
    let rows = 0;
    const give = (record: JsonRecord): void => {
      const texts = names.map((name) => Buffer.from(textOf(record, name)));
      let at = 0;
      texts.forEach((text, n) => {
        cells.from[n] = at;
        at += text.length;
        cells.to[n] = at;
      });
      cells.bytes = Buffer.concat(texts);
      rows++;
      take(cells);
    };
    this.#first.forEach(give);
    for await (const record of this.#rest) give(record);
    return { rows, short: 0 };
  }
}

/** Nobody's `constructor` but its own. */
const textOf = (record: JsonRecord, name: string): string =>
  Object.hasOwn(record, name) ? record[name]! : '';

async function* recordsIn(input: ByteInput): AsyncGenerator<JsonRecord> {
  for await (const object of jsonObjects(input)) yield* recordsOf(object, {});
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const deviceKey = /^(?:card|gpu|device)[ _]?\d+$/i;

/** An object as records: one for each device that it has in a list or by name. @param common what stands around it */
function* recordsOf(object: JsonObject, common: JsonRecord): Generator<JsonRecord> {
  const entries = Object.entries(object);
  const isPart = ([key, value]: readonly [string, unknown]): boolean =>
    (deviceKey.test(key) && isObject(value)) ||
    (Array.isArray(value) && value.length > 0 && value.every(isObject));
  const parts = entries.filter(isPart);
  const own: Record<string, string> = { ...common };
  for (const [key, value] of entries.filter((entry) => !isPart(entry))) flatten(key, value, own);
  if (parts.length === 0) yield own;
  for (const [key, value] of parts)
    if (Array.isArray(value)) for (const each of value as readonly JsonObject[]) yield* recordsOf(each, own);
    else yield* recordsOf(value as JsonObject, { ...own, device: key });
}

function flatten(path: string, value: unknown, into: Record<string, string>): void {
  if (isObject(value)) {
    if ('value' in value && !isObject(value.value))
      into[path] = [value.value, value.unit].filter((each) => each !== undefined && each !== null).join(' ');
    else for (const [key, inner] of Object.entries(value)) flatten(`${path}.${key}`, inner, into);
  } else if (!Array.isArray(value)) into[path] = value === null ? '' : String(value);
}
