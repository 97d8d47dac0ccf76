// Makes the sheets in docs/audit.md and the costs in docs/gpu-sensors.md from what a real H100 and a real H200 said of themselves
// (fixtures/nvidia-h100, fixtures/nvidia-h200): node docs/audit-cards.js
// With `--check` it changes nothing and fails where a page is not what it would write.
// load.csv says when kernels ran. It is no board: what is held against it tells of time, and nothing of watts.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { EnergyHistory } from '../dist/sensors/track/energy-history.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const rowsOf = (text) =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));

const folder = mkdtempSync(join(tmpdir(), 'powerlog-cards-'));
const said = rowsOf(gunzipSync(readFileSync(here('../fixtures/nvidia-h100/nvml.csv.gz'))).toString());
const startNs = said[0][0];

// NVML's stamps are UTC; by how much that is ahead of the monotonic clock shows where a call took least.
const aheadNs = Math.min(...said.map(([, afterNs, unixNs]) => unixNs - afterNs));
const seconds = (ns) => ((ns - startNs) / 1e9).toFixed(6);
const nvml = said.map(([, , , plainMw, , energyMj, , , averageMw, stampUs, , instantMw]) =>
  [
    seconds(stampUs * 1000 - aheadNs),
    (instantMw / 1000).toFixed(3),
    (plainMw / 1000).toFixed(3),
    (averageMw / 1000).toFixed(3),
    (energyMj / 1000).toFixed(3),
  ].join(','),
);
const columns = 'time_s,gpu0_power_w,gpu0_plain_power_w,gpu0_average_power_w,gpu0_energy_j';
writeFileSync(join(folder, 'h100.nvml.csv'), `${[columns, ...nvml].join('\n')}\n`);

const edges = rowsOf(readFileSync(here('../fixtures/nvidia-h100/load.csv'), 'utf8'));
const load = [];
let edge = 0;
for (let ns = startNs; ns < said.at(-1)[0]; ns += 1e6) {
  while (edge < edges.length && edges[edge][0] <= ns) edge++;
  load.push(`${seconds(ns)},${edge === 0 ? 0 : 300 * edges[edge - 1][1]}.000`);
}
writeFileSync(join(folder, 'kernels.csv'), `time_s,running_w\n${load.join('\n')}\n`);

for (const name of ['audit.csv', 'audit.nvml.csv', 'polled.csv', 'samples.csv'])
  writeFileSync(join(folder, name), gunzipSync(readFileSync(here(`../fixtures/nvidia-h200/${name}.gz`))));
copyFileSync(here('../fixtures/nvidia-h200/audit.summary.json'), join(folder, 'audit.summary.json'));

const run = (command, ...files) => {
  const args = [here('../bin/powerlog.js'), command, ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};
/** The table of a comparison, without what is of no clock and no watt. */
function compared(...args) {
  const shown =
    /^ {2}(?:update period|averaging window|shift|gain|offset|energy difference|the same)|^ {3}related/;
  return [
    `$ powerlog compare ${args.join(' ')}`,
    ...run('compare', ...args)
      .split('\n')
      .filter((line) => shown.test(line)),
  ].join('\n');
}
const sheets = {
  alone: ['$ powerlog audit h100.nvml.csv', run('audit', 'h100.nvml.csv')].join('\n'),
  // Of the rest of that sheet, which is of watts, nothing means anything.
  kernels: run('audit', 'kernels.csv', 'h100.nvml.csv')
    .split('\n')
    .filter((line) => /^ {2}(?:averaging window|delay|shift)/.test(line))
    .join('\n'),
  beside: ['$ powerlog audit audit.csv audit.nvml.csv', run('audit', 'audit.csv', 'audit.nvml.csv')].join(
    '\n',
  ),
  field: compared('samples.csv', 'polled.csv'),
  counter: compared('samples.csv', 'polled.csv', '--column-b', 'gpu0_energy_j'),
};
rmSync(folder, { recursive: true });

/** CPU of NVML's calls as a table. */
function costs() {
  const told = readFileSync(here('../fixtures/nvidia-h200/costs.txt'), 'utf8').split('\n');
  const meanUs = (state, call) => {
    const line = told.find((each) => each.startsWith(`${state.padEnd(7)}${call} `));
    return Number(/cpu mean +(\d+) us/.exec(line)[1]).toLocaleString('en');
  };
  const calls = {
    '`nvmlDeviceGetPowerUsage`': 'plain',
    'field 186, instant power': '186',
    'fields 186, 185, and 185 of the memory, in one call': '186+185+185@2',
    '`nvmlDeviceGetTotalEnergyConsumption`': 'energy',
    '`nvmlDeviceGetSamples`, 50 samples a second': 'samples new',
  };
  const rows = Object.entries(calls).map(
    ([title, call]) => `| ${title} | ${meanUs('idle', call)} | ${meanUs('busy', call)} |`,
  );
  return ['| call | card idle, µs | kernels running, µs |', '| --- | ---: | ---: |', ...rows].join('\n');
}

/** How far joules of stretches are off by a counter that is read seldom, by a line and by the power's shape, as a table. */
function shapes() {
  const [head, ...rows] = gunzipSync(readFileSync(here('../fixtures/nvidia-h200/train.nvml.csv.gz')))
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const [power, energy] = ['gpu0_power_w', 'gpu0_energy_j'].map((name) => head.indexOf(name));
  const cell = (text) => Float64Array.of(text === '' ? Number.NaN : Number(text));
  const history = (everyS, fromS, shape) => {
    const columns = [
      { name: 'w', quantity: 'power' },
      { name: 'j', quantity: 'energy', counter: { wrapJ: null }, shape },
    ];
    const made = new EnergyHistory(columns);
    let dueS = fromS;
    for (const row of rows) {
      const isRead = Number(row[0]) >= dueS || row === rows[0] || row === rows.at(-1);
      if (isRead) dueS = Number(row[0]) + everyS;
      made.add(Math.round(Number(row[0]) * 1e6), [cell(row[power]), cell(isRead ? row[energy] : '')], 0);
    }
    return made;
  };
  const spans = Array.from({ length: 90 }, (_, n) => ({
    startNs: (1 + 0.37 * n) * 1e9,
    endNs: (7 + 0.37 * n) * 1e9,
  }));
  const joules = (of) => spans.map((span) => of.energyJ([span]).j);
  const exact = joules(history(0, 0));
  const p95 = (everyS, shape) => {
    const off = [0, 0.13, 0.31, 0.47].flatMap((fromS) =>
      joules(history(everyS, fromS, shape)).map((each, n) => Math.abs(each / exact[n] - 1)),
    );
    return `${(100 * off.sort((a, b) => a - b)[Math.floor(0.95 * off.length)]).toFixed(1)} %`;
  };
  const lines = [0.4, 0.6, 1.1].map((everyS) => `| ${everyS} s | ${p95(everyS)} | ${p95(everyS, 'w')} |`);
  return [
    '| counter read every | by a straight line | as the power lies |',
    '| --- | ---: | ---: |',
    ...lines,
  ].join('\n');
}

const fenced = (text) => `\`\`\`\n${text.trimEnd()}\n\`\`\``;
const parts = {
  'audit.md': Object.fromEntries(Object.entries(sheets).map(([name, sheet]) => [name, fenced(sheet)])),
  'gpu-sensors.md': { costs: costs(), shape: shapes() },
};
for (const [name, sections] of Object.entries(parts)) {
  const page = here(name);
  const before = readFileSync(page, 'utf8');
  let text = before;
  for (const [section, part] of Object.entries(sections))
    text = text.replace(
      new RegExp(`(<!-- ${section} -->\n)[^]*?(<!-- / -->)`),
      (_, begin, end) => `${begin}\n${part}\n\n${end}`,
    );
  if (!process.argv.includes('--check')) writeFileSync(page, text);
  else if (text !== before) {
    console.error(`docs/${name} is not what the code says: run node docs/audit-cards.js`);
    process.exitCode = 1;
  }
}
