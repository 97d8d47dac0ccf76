// Makes the sheet in docs/audit.md from what a real H100 said of itself (fixtures/nvidia-h100): node docs/audit-h100.js
// With `--check` it changes nothing and fails where the page is not what it would write.
// load.csv says when kernels ran. It is no board: what is held against it tells of time, and nothing of watts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const rowsOf = (text) =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number));

const folder = mkdtempSync(join(tmpdir(), 'powerlog-h100-'));
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

const run = (...files) => {
  const args = [here('../bin/powerlog.js'), 'audit', ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};
const sheets = {
  alone: ['$ powerlog audit h100.nvml.csv', run('h100.nvml.csv')].join('\n'),
  // Of the rest of that sheet, which is of watts, nothing means anything.
  kernels: run('kernels.csv', 'h100.nvml.csv')
    .split('\n')
    .filter((line) => /^ {2}(?:averaging window|delay|shift)/.test(line))
    .join('\n'),
};
rmSync(folder, { recursive: true });

const page = here('audit.md');
const before = readFileSync(page, 'utf8');
let text = before;
for (const [name, sheet] of Object.entries(sheets))
  text = text.replace(
    new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- / -->)`),
    (_, begin, end) => `${begin}\n\`\`\`\n${sheet.trimEnd()}\n\`\`\`\n\n${end}`,
  );
if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (text !== before) {
  console.error('docs/audit.md is not what the code says: run node docs/audit-h100.js');
  process.exitCode = 1;
}
