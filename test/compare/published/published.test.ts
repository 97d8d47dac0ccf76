import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { CaptureEncoder, encodePreamble } from '#powerlog/capture/encoder.js';
import { captureHeader } from '#powerlog/capture/header.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import { benchlabMap } from '../../benchlab-map.js';
import { readCsv } from '../../cli/csv.js';
import { powerlog, words } from '../../cli/run.js';
import { commandEvents, type Made, writeMade } from '../../report/runs.js';
import { Chance } from '../pairs/chance.js';
import { type Epoch, epochPowers } from './epochs.js';
import { type Column, vendorCsv } from './vendor.js';

/*
 * The published comparison of `amd-smi` with BENCHLAB on one card: the vendor's reading about 20 W low and about a second late,
 * and the energy of an epoch 11.7 % (ShuffleNetV2) and 15.9 % (VGG19) apart.
 */

const folder = mkdtempSync(join(tmpdir(), 'powerlog-published-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string): string => join(folder, name);

const traits = { lowByW: 20, lateByS: 1, updateS: 0.1, pollS: 0.035, noiseW: 0.3, seed: 7 };

interface Json {
  readonly verdict: string;
  readonly span_s: number;
  readonly phases: readonly (Json & { readonly name: string })[];
  readonly [key: string]: unknown;
}

const figure = (json: Json, key: string): number => {
  expect(json[key], `${key}: ${json[`${key}_reason`]}`).toBeTypeOf('number');
  return json[key] as number;
};

const within = (json: Json, key: string, truth: number): void => {
  const [low, high] = json[`${key}_interval`] as [number, number];
  expect(low).toBeLessThanOrEqual(truth);
  expect(high).toBeGreaterThanOrEqual(truth);
};

/** The GPU's column of a recording's CSV. */
function gpuOf(path: string): Column {
  const { names, rows } = readCsv(path);
  const [timeS, powerW] = ['time_s', 'gpu_power_w'].map((name) => {
    const column = names.indexOf(name);
    return rows.map((row) => Number(row[column]));
  }) as [number[], number[]];
  return { timeS, powerW };
}

/** Replays a capture to a CSV, makes a vendor's trace of its GPU, and compares the two as a user does. */
function compareWithVendor(capture: string, ...options: string[]): Json {
  const name = capture.replace('.plog', '');
  expect(powerlog(words`replay ${place(capture)} --out ${place(`${name}.csv`)} --quiet`).code).toBe(0);
  writeFileSync(place(`${name}-vendor.csv`), vendorCsv(gpuOf(place(`${name}.csv`)), traits));
  const { code, out, err } = powerlog([
    ...words`compare ${place(`${name}.csv`)} ${place(`${name}-vendor.csv`)} --column-a gpu_power_w --json -`,
    ...options,
  ]);
  expect(err).not.toMatch(/bug/);
  expect(code).toBe(0);
  return JSON.parse(out) as Json;
}

/** A capture of what the simulator answers, a request each millisecond. */
function writeSimulated(path: string, seconds: number): void {
  const board = boardFor('benchlab')!;
  const model = makeBoardModel({ board, profile: 'train', seed: 3 });
  const ask = board.commands.sensors.request[0]!;
  const header = captureHeader(
    {
      ...{ board, map: benchlabMap, accuracy: 0.03, host: { hostname: 'here' } },
      tool: { name: 'powerlog', version: '0.0.0' },
    },
    {
      board: {
        ...{ id: board.id, product: board.product, productId: board.productId, firmware: board.firmware },
        ...{ uid: '00112233445566778899aabb', name: 'sim', port: 'sim:train', calibration: null },
      },
      ...{ startMonotonicNs: 1n, startUnixUs: 1_700_000_000_000_000, timing: 'round-trip' },
    },
  );
  const parts: Uint8Array[] = [encodePreamble(header)];
  const encoder = new CaptureEncoder(board.frameBytes, (bytes) => parts.push(bytes.slice()));
  for (let n = 0; n < seconds * 1000; n++) {
    const atNs = n * 1e6 + 500_000;
    encoder.push({
      ...{ count: 1, frames: model.reply(ask, atNs)!, events: [] },
      requestNs: Float64Array.of(atNs - 200_000),
      replyNs: Float64Array.of(atNs + 200_000),
    });
  }
  encoder.push({
    ...{ count: 0, frames: new Uint8Array(0), requestNs: new Float64Array(0), replyNs: new Float64Array(0) },
    events: [{ type: 'end', atNs: seconds * 1e9, reason: 'stopped' }],
  });
  encoder.flush();
  writeFileSync(path, Buffer.concat(parts));
}

describe('the published experiment', () => {
  it('gives back 20 W and a second of a simulated training', () => {
    writeSimulated(place('train.plog'), 90);
    const json = compareWithVendor('train.plog');
    expect(json.verdict).toBe('related');
    expect(figure(json, 'offset_w')).toBeCloseTo(-20, 0);
    expect(figure(json, 'gain')).toBeCloseTo(1, 2);
    expect(figure(json, 'mean_difference_w')).toBeCloseTo(-20, 0);
    expect(figure(json, 'shift_s')).toBeCloseTo(1, 2);
    expect(figure(json, 'update_s')).toBeCloseTo(0.1, 3);
    expect(figure(json, 'window_s')).toBeCloseTo(0.1, 2);
    for (const [key, truth] of [
      ['offset_w', -20],
      ['gain', 1],
      ['shift_s', 1],
      ['delay_s', 0.95],
      ['latency_s', 0.9],
    ] as const)
      within(json, key, truth);
  });

  describe('an epoch each of two networks', () => {
    // 20 W are 11.7 % of 170.9 W, and 15.9 % of 125.8 W.
    const epochs: readonly Epoch[] = [
      { name: 'shufflenetv2', meanW: 20 / 0.117, durationS: 30, stepS: 0.21, duty: 0.6 },
      { name: 'vgg19', meanW: 20 / 0.159, durationS: 36, stepS: 0.64, duty: 0.7 },
    ];
    const restS = 4;
    let json: Json;

    beforeAll(() => {
      const powers: number[] = [];
      const rest = () => powers.push(...Array.from({ length: restS * 1000 }, () => 61));
      const phases = epochs.map((epoch, n) => {
        rest();
        const fromUs = powers.length * 1000 + 500;
        powers.push(...epochPowers(epoch, n + 1));
        return { name: epoch.name, fromUs, toUs: powers.length * 1000 + 500 };
      });
      rest();
      const chance = new Chance(1);
      const samples = powers.map(
        (watts, n): Made => ({
          us: n * 1000 + 500,
          gpuMw: Math.round(1000 * watts + 300 * chance.normal()),
          cpuMw: 40_000,
        }),
      );
      const endUs = powers.length * 1000;
      const events = commandEvents(['python3', 'train.py'], [1000, endUs - 1000], phases);
      writeMade(place('epochs.plog'), { samples, events, endUs });
      json = compareWithVendor(
        'epochs.plog',
        ...words`--svg ${place('figure.svg')} --png ${place('figure.png')}`,
      );
    });

    it.each([
      ['shufflenetv2', -11.7],
      ['vgg19', -15.9],
    ] as const)('%s: the energies are %s percent apart', (name, pct) => {
      const phase = json.phases.find((each) => each.name === name)!;
      // A phase's ends cut readings in two, which is seen in the whole difference and not in the linear part of it.
      expect(Math.abs(figure(phase, 'energy_difference_pct') - pct)).toBeLessThan(0.2);
      const linearPct = (100 * figure(phase, 'energy_linear_j')) / figure(phase, 'energy_a_j');
      expect(linearPct).toBeCloseTo(pct, 1);
    });

    it('says that it is gain and offset, and not what was never looked at', () => {
      const [linear, unseen, all] = ['linear', 'unseen', 'difference'].map((part) =>
        figure(json, `energy_${part}_j`),
      ) as [number, number, number];
      expect(linear / all).toBeCloseTo(1, 1);
      expect(Math.abs(unseen / all)).toBeLessThan(0.02);
    });

    it('draws both figures', () => {
      const svg = readFileSync(place('figure.svg'), 'utf8');
      expect(svg).toMatch(/^<svg|<\?xml/);
      expect(svg).toMatch(/rolling|smoothed|mean of 200/i);
      expect(readFileSync(place('figure.png')).subarray(1, 4).toString()).toBe('PNG');
    });
  });
});
