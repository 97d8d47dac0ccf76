import { inputError } from '../../errors.js';
import type { ByteInput } from '../../file/byte-input.js';
import { CsvTable } from './csv-table.js';
import { JsonTable } from './json-table.js';
import type { Table } from './table.js';
import { tableFormOf } from './table-form.js';
import { utf8Input } from './utf8-input.js';

const headBytes = 256 << 10;
/** Remarks of a program may stand before its JSON. */
const linesBeforeJson = 10;

/** Finds out how a text is a table. @throws UserError (badInput) where it is none */
export async function openTable(raw: ByteInput): Promise<Table> {
  const head = await headOf(raw);
  if (head.length === 0) throw inputError(`${raw.name} holds nothing`);
  const text = textOf(head);
  const input = utf8Input(raw, head);
  const isJson = text.split('\n', linesBeforeJson).some((line) => /^\s*[[{]\s*(?:$|["{[])/.test(line));
  if (isJson) return JsonTable.open(input);
  const form = tableFormOf(text);
  if (form) return new CsvTable(input, form, text);
  const first = text.split('\n', 1)[0]!.trim().slice(0, 60);
  throw inputError(
    `${raw.name} is no table of readings: expected lines of cells with commas, semicolons or tabs between them, or JSON, and found '${first}'`,
  );
}

async function headOf(input: ByteInput): Promise<Uint8Array> {
  const head = new Uint8Array(headBytes);
  let count = 0;
  while (count < head.length) {
    const got = await input.read(head.subarray(count));
    if (got === 0) break;
    count += got;
  }
  return head.subarray(0, count);
}

/** Its whole lines, where it does not hold all of the input. */
function textOf(head: Uint8Array): string {
  const mark = head[0]! * 256 + (head[1] ?? 0);
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding).decode(head);
  return head.length < headBytes ? text : text.slice(0, text.lastIndexOf('\n') + 1) || text;
}
