import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestOptions } from 'vitest';
import type { MissingPart } from './missing-parts.js';

/** Something that tests want, that `npm ci` does not bring, and that a machine may lack. */
export interface Part extends MissingPart {
  readonly isMissing: boolean;
}

/** For `describe` and `it`: skips where the part is missing; the end of the run then names what was skipped. */
export const needs = ({ isMissing, name, install }: Part): TestOptions =>
  isMissing ? { skip: true, meta: { part: { name, install } } } : {};

const runs = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;

export const python: Part = {
  name: 'Python 3',
  install: 'apt-get install python3',
  isMissing: process.platform === 'win32' || !runs('python3', '-c', 'import pty, tty'),
};

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const requirements = 'test/peers/requirements.txt';

/** The Python that has what `requirements.txt` lists: of the virtual environment at the root, or the system's. */
export const peerPython = [fromHere('../.venv/bin/python3'), 'python3'].find(
  (program) =>
    (program === 'python3' || existsSync(program)) &&
    runs(program, fromHere('peers/has_requirements.py'), fromHere(`../${requirements}`)),
);

export const makersLibrary: Part = {
  name: "the maker's Python library",
  install: `python3 -m venv .venv && .venv/bin/pip install -r ${requirements}`,
  isMissing: process.platform === 'win32' || peerPython === undefined,
};

export const compiler: Part = {
  name: 'a C compiler',
  install: 'apt-get install gcc libc6-dev',
  isMissing: process.platform !== 'linux' || !runs('gcc', '--version'),
};

/** A database's server that Debian has. */
const server = (program: string, name: string, debianPackage: string): Part => ({
  name,
  install: `RUNLEVEL=1 apt-get install ${debianPackage}`,
  isMissing: process.platform !== 'linux' || spawnSync('which', [program]).status !== 0,
});

export const influxdb = server('influxd', 'InfluxDB', 'influxdb');
export const victoriaMetrics = server('victoria-metrics', 'VictoriaMetrics', 'victoria-metrics');
export const prometheus = server('prometheus', 'Prometheus', 'prometheus');
export const mosquitto: Part = {
  name: 'mosquitto',
  install: 'RUNLEVEL=1 apt-get install mosquitto mosquitto-clients',
  isMissing: process.platform !== 'linux' || !existsSync('/usr/sbin/mosquitto'),
};
