import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll } from 'vitest';

const source = fileURLToPath(new URL('stand-in.c', import.meta.url));
const recorded = fileURLToPath(new URL('../../../fixtures/nvidia-h100/nvml.csv.gz', import.meta.url));

/** What NVML said of a real H100, reading by reading. */
export interface Reading {
  readonly plainMw: number;
  readonly energyMj: number;
  readonly averageStampUs: number;
  readonly averageMw: number;
  readonly instantStampUs: number;
  readonly latencyUs: number;
  readonly instantMw: number;
}

export function recordedReadings(): Reading[] {
  const [, ...lines] = gunzipSync(readFileSync(recorded)).toString().trim().split('\n');
  return lines.map((line) => {
    const cells = line.split(',').map(Number);
    const [plainMw, , energyMj, , averageStampUs, averageMw, instantStampUs, latencyUs, instantMw] =
      cells.slice(3);
    return {
      plainMw: plainMw!,
      energyMj: energyMj!,
      averageStampUs: averageStampUs!,
      averageMw: averageMw!,
      instantStampUs: instantStampUs!,
      latencyUs: latencyUs!,
      instantMw: instantMw!,
    };
  });
}

export interface Card {
  readonly uuid: string;
  readonly name: string;
  /** As in NVML's header: 7 Ampere, 9 Hopper. */
  readonly architecture: number;
  /** Hexadecimal. */
  readonly pciDevice: string;
  /** Into how many instances it is divided. */
  readonly instances?: number;
  /** FIELD@SCOPE. */
  readonly fields: readonly string[];
  readonly hasEnergy?: boolean;
}

export const h100: Card = {
  uuid: 'GPU-2e74d19f-1034-3148-148a-53b71d4818e0',
  name: 'NVIDIA H100 80GB HBM3',
  architecture: 9,
  pciDevice: '2330',
  fields: ['185@0', '186@0', '185@2'],
};

export const a100: Card = {
  uuid: 'GPU-b70fcd91-66f0-4aa1-9d31-3b2c92b0a8a2',
  name: 'NVIDIA A100-SXM4-80GB',
  architecture: 7,
  pciDevice: '20b2',
  fields: ['186@0'],
};

export type Mode =
  | 'ok'
  | 'no-driver'
  | 'forbidden'
  | 'lost'
  | 'lost-first'
  | 'first-hidden'
  | 'hang'
  | 'unset'
  | 'swapped';

/** A `libnvidia-ml.so.1` that plays cards and readings, compiled once for a test file. */
class StandIn {
  readonly folder = mkdtempSync(join(tmpdir(), 'powerlog-nvml-'));

  constructor() {
    const out = join(this.folder, 'libnvidia-ml.so.1');
    const made = spawnSync('gcc', [
      '-shared',
      '-fPIC',
      '-O1',
      '-Wall',
      '-Werror',
      '-o',
      out,
      source,
      '-lpthread',
    ]);
    if (made.status !== 0) throw new Error(made.stderr.toString());
  }

  /** What a process is started with to find the library, and these cards in it. */
  environment(cards: readonly Card[], readings: readonly Reading[], mode: Mode = 'ok') {
    const folder = mkdtempSync(join(this.folder, 'play-'));
    mkdirSync(folder, { recursive: true });
    const lines = cards.map(
      ({ uuid, name, architecture, pciDevice, instances = 0, fields, hasEnergy = true }) =>
        [uuid, name, architecture, pciDevice, instances, fields.join(',') || '-', hasEnergy ? 1 : 0].join(
          '|',
        ),
    );
    writeFileSync(join(folder, 'gpus'), `${lines.join('\n')}\n`);
    /** What the next process is played. */
    const play = (some: readonly Reading[]): void => {
      const values = some.map(
        ({ plainMw, energyMj, averageStampUs, averageMw, instantStampUs, latencyUs, instantMw }) =>
          [plainMw, energyMj, averageStampUs, averageMw, instantStampUs, latencyUs, instantMw].join(' '),
      );
      writeFileSync(join(folder, 'values'), `${values.join('\n')}\n`);
    };
    play(readings);
    const turn = (to: Mode): void => {
      writeFileSync(join(folder, 'mode.new'), to);
      renameSync(join(folder, 'mode.new'), join(folder, 'mode'));
    };
    turn(mode);
    const isHanging = (): boolean => existsSync(join(folder, 'hanging'));
    return { env: { LD_LIBRARY_PATH: this.folder, POWERLOG_STAND_IN: folder }, turn, play, isHanging };
  }
}

/** The stand-in for the tests of a file or a part of it, and what a real H100 said. */
export function useStandIn() {
  let standIn: StandIn;
  beforeAll(() => {
    standIn = new StandIn();
  });
  afterAll(() => rmSync(standIn.folder, { recursive: true }));
  const environment = (...how: Parameters<StandIn['environment']>) => standIn.environment(...how);
  return { environment, readings: recordedReadings() };
}
