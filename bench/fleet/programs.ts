import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a fleet is made of, as published; what they need Go for is in `docs/fleet.md`. */
const victoria = { path: 'github.com/VictoriaMetrics/VictoriaMetrics', version: 'v1.136.23' };
const thanos = { path: 'github.com/thanos-io/thanos', version: 'v0.42.2' };
export const versions = `Thanos ${thanos.version}, vmagent and vmauth ${victoria.version}`;

export interface Programs {
  readonly thanos: string;
  readonly vmagent: string;
  readonly vmauth: string;
}

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'powerlog', 'fleet');
const bin = join(cache, 'bin');

/** Builds what is not there yet, by Go's own client, at the lowest priority. @throws Error where Go is missing or fails */
export function buildPrograms(say: (text: string) => void): Programs {
  const at = (name: string) => join(bin, `${name}-${name === 'thanos' ? thanos.version : victoria.version}`);
  const programs = { thanos: at('thanos'), vmagent: at('vmagent'), vmauth: at('vmauth') };
  mkdirSync(bin, { recursive: true });
  for (const name of ['vmagent', 'vmauth'] as const)
    if (!existsSync(programs[name])) {
      say(`building ${name}, half a minute`);
      go(cache, { GOBIN: cache }, 'install', `${victoria.path}/app/${name}@${victoria.version}`);
      renameSync(join(cache, name), programs[name]);
    }
  if (!existsSync(programs.thanos)) {
    say('building thanos, some minutes');
    buildThanos(programs.thanos);
  }
  return programs;
}

/** Its `go.mod` replaces modules, which only a main module may: one of our own, that replaces the same. */
function buildThanos(target: string): void {
  const folder = join(cache, 'thanos-module');
  mkdirSync(folder, { recursive: true });
  const downloaded = go(folder, {}, 'mod', 'download', '-json', `${thanos.path}@${thanos.version}`);
  const { GoMod: file } = JSON.parse(downloaded) as { GoMod: string };
  const { Go: language, Replace: replaced } = JSON.parse(go(folder, {}, 'mod', 'edit', '-json', file)) as {
    Go: string;
    Replace: readonly { Old: Module; New: Module }[];
  };
  const lines = [
    'module fleet',
    `go ${language}`,
    ...replaced.map(({ Old: before, New: after }) => `replace ${nameOf(before)} => ${nameOf(after)}`),
    `require ${thanos.path} ${thanos.version}`,
  ];
  writeFileSync(join(folder, 'go.mod'), `${lines.join('\n\n')}\n`);
  writeFileSync(
    join(folder, 'tools.go'),
    `//go:build tools\n\npackage fleet\n\nimport _ "${thanos.path}/cmd/thanos"\n`,
  );
  go(folder, {}, 'mod', 'tidy');
  // Without the tag it compiles, and panics at the first request.
  go(folder, {}, 'build', '-tags', 'slicelabels', '-o', `${target}.new`, `${thanos.path}/cmd/thanos`);
  renameSync(`${target}.new`, target);
}

interface Module {
  readonly Path: string;
  readonly Version?: string;
}

const nameOf = ({ Path: path, Version: version }: Module): string => (version ? `${path} ${version}` : path);

function go(cwd: string, env: Readonly<Record<string, string>>, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('nice', ['-n', '19', 'go', ...args], {
    ...{ cwd, encoding: 'utf8', maxBuffer: 2 ** 26 },
    env: { ...process.env, ...env },
  });
  if (status !== 0)
    throw new Error(
      `go ${args.join(' ')} failed: ${error?.message ?? (stderr || stdout).trim().slice(-2000)}`,
    );
  return stdout;
}
