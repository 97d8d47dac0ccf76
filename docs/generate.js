// Fills the tables in this folder's pages from the built code: `npm run docs`. With `--check` it changes nothing and
// fails where a page is not what it would write.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandsOf } from '#powerlog/board/board.js';
import { boardFor, boards } from '#powerlog/board/catalogue.js';
import { fieldTypes } from '#powerlog/board/field-type.js';
import { ownMap, resolveWiring } from '#powerlog/measure/rail-map.js';
import { csvColumns } from '#powerlog/sink/columns.js';

const benchlab = boardFor('benchlab');
const benchlab2 = boardFor('benchlab2');

/** A table as the formatter wants it: columns as wide as their widest cell. */
function table(head, rows) {
  const widths = head.map((_, n) => Math.max(3, ...[head, ...rows].map((cells) => String(cells[n]).length)));
  const line = (cells) => `| ${cells.map((cell, n) => String(cell).padEnd(widths[n])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const boardUnits = {
  v: ['V', 'mV'],
  a: ['A', 'mA'],
  w: ['W', 'mW'],
  c: ['°C'],
  pct: ['%'],
  rpm: ['rpm'],
  s: ['s'],
};

/** The unit that a column's name ends in, and what the board counts it in. */
function unitsOf({ name, decimals }) {
  const [unit = '', milli] = boardUnits[name.split('_').at(-1)] ?? [];
  const stored = decimals === 3 ? milli : decimals === 1 ? `0.1 ${unit}` : unit;
  return { unit, stored };
}

function frameTable(board) {
  const rows = [];
  let end = 0;
  for (const field of board.fields) {
    if (field.offset > end) rows.push([end, `${field.offset - end} bytes`, '', '', '', 'padding']);
    const missing = field.missing === undefined ? '' : `\`0x${field.missing.toString(16).toUpperCase()}\``;
    rows.push([field.offset, field.type, `\`${field.name}\``, unitsOf(field).stored, missing, field.title]);
    end = field.offset + fieldTypes[field.type].bytes;
  }
  return table(['offset', 'type', 'field', 'counted in', 'not connected', 'what it is'], rows);
}

function columnTable(board, set, skip) {
  const columns = csvColumns(board, resolveWiring(board, ownMap(board)), set).slice(skip);
  return table(
    ['column', 'unit', 'decimals', 'what it is'],
    columns.map((column) => [`\`${column.name}\``, unitsOf(column).unit, column.decimals, column.title]),
  );
}

const chipUnit = (field) => (field ? (field.factor === 10 ? '°C' : '0.1 °C') : 'not told');

/** What may be sent to each product, and what each byte asks for. */
const commandTable = () =>
  table(
    ['board', 'welcome', 'vendor, product', 'asked'],
    [...new Set(boards.map(({ id }) => id))].map(boardFor).map((board) => [
      board.product,
      `\`${board.welcomeText}\``,
      [board.vendorId, board.productId].map(hex).join(', '),
      commandsOf(board)
        .map(({ name, request }) => `${hex(request[0])} ${name}`)
        .join(', '),
    ]),
  );

const hex = (byte) => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** What differs between the firmwares that there are tables for. */
function firmwareTable() {
  const bytes = ({ commands }) =>
    [commands.welcome, commands.sensors, commands.calibration].map((each) => each?.replyBytes ?? 'none');
  return table(
    [
      'board',
      'firmware',
      'welcome',
      'frame',
      'calibration',
      'chip counted in',
      'greets unasked',
      'fault bits',
    ],
    boards.map((board) => [
      board.product,
      board.anyFirmware ? 'any' : `${board.firmware}${board.released ? '' : ' (a draft)'}`,
      ...bytes(board),
      chipUnit(board.fields.find(({ name }) => name === 'chip_temp_c')),
      board.greetsUnasked ? 'yes' : 'no',
      board.faults ? board.faults.bits.length : 'none',
    ]),
  );
}

const faultTable = (board) =>
  table(
    ['bit', 'name', 'what it is'],
    board.faults.bits.map(({ bit, name, title }) => [bit, `\`${name}\``, title]),
  );

/** The columns that one board has and another has not. */
function moreColumns(board, than, set) {
  const columns = (each) => csvColumns(each, resolveWiring(each, ownMap(each)), set);
  const known = new Set(columns(than).map(({ name }) => name));
  return table(
    ['column', 'unit', 'decimals', 'what it is'],
    columns(board)
      .filter(({ name }) => !known.has(name))
      .map((column) => [`\`${column.name}\``, unitsOf(column).unit, column.decimals, column.title]),
  );
}

/** Points of a bench, and what powerlog says of them. */
function calibrationExample() {
  const points = `board_voltage_v,board_current_a,voltage_v,current_a
11.9400,0.0501,12.00,zero
11.9398,1.0700,12.00,1.003
11.9401,3.1101,12.00,2.996
11.9400,6.1699,12.00,6.002
11.9399,10.2500,12.00,9.998
`;
  const scratch = mkdtempSync(join(tmpdir(), 'powerlog-docs-'));
  try {
    writeFileSync(join(scratch, 'points.csv'), points);
    const bin = fileURLToPath(new URL('../bin/powerlog.js', import.meta.url));
    const options = '--rail eps1 --points points.csv --reference-accuracy 0.5% --out try.cal.json';
    const args = ['calibrate', '--port', 'sim:miscalibrated=eps1:1.02:50mA:0.995', ...options.split(' ')];
    const { stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: scratch, encoding: 'utf8' });
    return `\`\`\`\n${stderr.trim()}\n\`\`\``;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const withoutWires = { ...benchlab2, wires: [] };
const count = (set) => csvColumns(benchlab, resolveWiring(benchlab, ownMap(benchlab)), set).length;
const pages = {
  'calibrate.md': { example: calibrationExample() },
  'frame.md': {
    firmware: firmwareTable(),
    frame: frameTable(benchlab),
    frame2: frameTable(benchlab2),
    faults: faultTable(benchlab2),
    commands: commandTable(),
    pmd2: frameTable(boardFor('pmd2')),
    pmd2x: frameTable(boardFor('pmd2x')),
    wireview: frameTable(boardFor('wireview')),
    faultswv: faultTable(boardFor('wireview')),
  },
  'csv.md': {
    power: columnTable(benchlab, 'power', 0),
    rails: columnTable(benchlab, 'rails', count('power')),
    all: columnTable(benchlab, 'all', count('rails')),
    wires: moreColumns(benchlab2, benchlab, 'rails'),
    all2: moreColumns(withoutWires, benchlab, 'all'),
  },
};

let stale = 0;
for (const [page, tables] of Object.entries(pages)) {
  const url = new URL(page, import.meta.url);
  const text = readFileSync(url, 'utf8');
  const filled = text.replace(
    /(<!-- table (\w+), made by npm run docs -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_, begin, name, end) => `${begin}\n${tables[name]}\n${end}`,
  );
  if (filled === text) continue;
  stale++;
  if (process.argv.includes('--check'))
    console.error(`docs/${page} is not what the code says: run npm run docs`);
  else writeFileSync(url, filled);
}
if (process.argv.includes('--check')) process.exitCode = stale > 0 ? 1 : 0;
