import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolders } from '#powerlog/file/folder/make-folders.js';
import { scratch } from '../capture/samples.js';

const bin = resolve('bin/powerlog.js');
/** A hang ends here: where Node makes folders by itself below `/proc`, no signal but this does. */
const limits = { encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' } as const;

describe('folders are made', () => {
  it('with those above them, of the mode that was asked for, and are no error where they are there', () => {
    const path = join(scratch(), 'a', 'b', '..', 'c/');
    makeFolders(path, { mode: 0o700 });
    makeFolders(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['a file', 'file', 'a file has that name'],
    ['behind a file', 'file/a/b', 'a file has that name'],
    ['a link to nothing', 'link', 'a file has that name'],
    ['too long', `a/${'x'.repeat(300)}`, 'its name is too long'],
  ])('not where there is %s', (_, name, why) => {
    const folder = scratch();
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('nothing', join(folder, 'link'));
    expect(() => makeFolders(join(folder, name), { instead: 'take another' })).toThrow(
      expect.objectContaining({ exitCode: 5, message: expect.stringContaining(`${why}; take another`) }),
    );
  });
});

describe.runIf(process.platform === 'linux')('a folder in which nothing can be made', () => {
  const why = /cannot be made: in the folder above it nothing can be made/;
  const run = (args: readonly string[], cwd = scratch(), env = {}) =>
    spawnSync(process.execPath, [bin, ...args], { ...limits, cwd, env: { ...process.env, ...env } });

  it('does not keep exec from running its command, and is told', () => {
    const args = ['exec', '--port', 'sim', '--baseline', '0', '--influx', 'http://127.0.0.1:1'];
    const env = { XDG_STATE_HOME: '/proc' };
    const ran = run([...args, '--', 'echo', 'RAN'], undefined, env);
    expect([ran.status, ran.stdout]).toEqual([0, 'RAN\n']);
    expect(ran.stderr).toMatch(why);
    const strict = run([...args, '--strict', '--', 'echo', 'RAN'], undefined, env);
    expect([strict.status, strict.stdout]).toEqual([5, '']);
  });

  it.each([
    ['grafana', ['grafana', '--out', '/proc/g']],
    ['replay', ['replay', resolve('fixtures/synthetic.plog'), '--out', '/proc/new/']],
  ])('ends %s with code 5', (_, args) => {
    const ran = run(args);
    expect([ran.status, ran.stderr]).toEqual([5, expect.stringMatching(why)]);
  });

  it('may be a deleted one that one stands in', () => {
    const folder = join(scratch(), 'gone');
    mkdirSync(folder);
    const replay = `rmdir ../gone && exec "$0" "$@"`;
    const args = [process.execPath, bin, 'replay', resolve('fixtures/synthetic.plog'), '--out', 'new/'];
    const ran = spawnSync('sh', ['-c', replay, ...args], { ...limits, cwd: folder });
    expect(existsSync(folder)).toBe(false);
    expect([ran.status, ran.stderr]).toEqual([5, expect.stringContaining('new/')]);
  });
});
