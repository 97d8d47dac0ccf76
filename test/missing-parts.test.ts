import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from './capture/samples.js';

/** Runs a test file that wants Python, with a `python3` that does not run. */
function runWithoutPython(env: NodeJS.ProcessEnv) {
  const folder = scratch();
  const python = join(folder, 'python3');
  writeFileSync(python, '#!/bin/sh\nexit 1\n');
  chmodSync(python, 0o755);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
  const outer = Object.entries(process.env).filter(([name]) => !/^(VITEST|POWERLOG)/.test(name));
  return spawnSync(process.execPath, [...vitest, 'test/peers/foreign-board.test.ts'], {
    encoding: 'utf8',
    env: { ...Object.fromEntries(outer), PATH: `${folder}:${process.env.PATH}`, ...env },
  });
}

describe.runIf(process.platform !== 'win32')('tests whose machine lacks a part', () => {
  it('are skipped, and named at the end with the line that brings it', () => {
    const { status, stdout } = runWithoutPython({});
    expect(stdout).toMatch(
      /\nskipped: \d tests for want of Python 3; install with: apt-get install python3\n/,
    );
    expect(stdout).toContain(
      '\n  test/peers/foreign-board.test.ts > the foreign board > answers the reading',
    );
    expect(status).toBe(0);
  });

  it('are a failure where all must run', () => {
    const { status, stdout } = runWithoutPython({ POWERLOG_REQUIRE_ALL: '1' });
    expect(stdout).toContain('a test skipped for want of a part is a failure');
    expect(status).toBe(1);
  });
});
