import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it.each(['generate.js', 'audit-cards.js'])('the pages show what the code says: docs/%s', (name) => {
  const script = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
