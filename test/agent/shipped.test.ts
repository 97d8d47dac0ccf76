import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readAgentConfig } from '#powerlog/agent/config.js';
import { needs, type Part } from '../parts.js';

const shipped = (name: string): string => fileURLToPath(new URL(`../../fleet/${name}`, import.meta.url));

const systemd: Part = {
  name: 'systemd-analyze',
  install: 'apt-get install systemd',
  isMissing: spawnSync('systemd-analyze', ['--version']).error !== undefined,
};

it('the configuration that ships with it is one', () => {
  expect(readAgentConfig(shipped('agent.json'))).toMatchObject({
    captures: { folder: '/var/lib/powerlog', every: 3600e3, keep_for: 14 * 86_400e3, keep_size: 50e9 },
    influx: { spool: '/var/lib/powerlog/agent.spool', spool_limit: 10e9 },
  });
});

it('the unit that ships with it is one', needs(systemd), () => {
  const { stdout, stderr, status } = spawnSync('systemd-analyze', [
    'verify',
    shipped('powerlog-agent.service'),
  ]);
  expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
});
