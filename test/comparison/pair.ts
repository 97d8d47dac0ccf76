import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { powerlog, words } from '../cli/run.js';
import { commandEvents, type Made, type MadePhase, random, writeMade } from '../report/runs.js';

/** When every made recording begins: 2023-11-14 22:13:20 UTC, µs. */
export const startUnixUs = 1_700_000_000_000_000;

/** What a sensor says, and when it is asked; seconds since the recording began. */
export interface Reading {
  readonly atS: number;
  readonly watts: number;
}

export interface JsonFigures {
  readonly verdict: string;
  readonly reason: string;
  readonly rivals: readonly unknown[];
  readonly span_s: number;
  readonly phases: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  readonly a: { readonly file: string; readonly column: string; readonly unit: string | null };
  readonly b: {
    readonly file: string;
    readonly column: string;
    readonly unit: string | null;
    readonly uuid: string | null;
  };
  readonly guesses: readonly string[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly [key: string]: unknown;
}

/** A folder of this test file's own. */
export function folder(): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'powerlog-compare-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return (name) => join(path, name);
}

const seconds = 60;
const sensor = { updateS: 0.1, firstUpdateS: 0.337, latencyS: 0.2, pollS: 0.02, lowByW: 20 };

/** By how much the drawn curve of the made readings is late: latency, half a window and half an update. */
export const shiftS = sensor.latencyS + sensor.updateS;

/** The card's power each millisecond, W: steps of 0.2 to 1.5 s. */
export function gpuPowers(seed: number): number[] {
  const next = random(seed);
  const powers: number[] = [];
  while (powers.length < seconds * 1000) {
    const watts = 60 + Math.floor(240 * next());
    const ms = 200 + Math.floor(1300 * next());
    for (let n = 0; n < ms; n++) powers.push(watts);
  }
  return powers.slice(0, seconds * 1000);
}

/** What a sensor says of it: means over 0.1 s, 20 W low, published 0.2 s late, asked every 20 ms. */
export function readingsOf(powers: readonly number[], seed: number): Reading[] {
  const next = random(seed);
  const energy = [0];
  for (const watts of powers) energy.push(energy.at(-1)! + watts);
  const until = (s: number) => {
    const at = Math.min(Math.max(s * 1000, 0), powers.length);
    const whole = Math.floor(at);
    return energy[whole]! + (at - whole) * (powers[whole] ?? 0);
  };
  const { updateS, firstUpdateS, latencyS, pollS, lowByW } = sensor;
  const readings: Reading[] = [];
  for (let atS = firstUpdateS + 0.001; atS < seconds; atS += pollS * (0.97 + 0.06 * next())) {
    const endS = firstUpdateS + Math.floor((atS - firstUpdateS) / updateS) * updateS - latencyS;
    if (endS < updateS) continue;
    const mean = (until(endS) - until(endS - updateS)) / (updateS * 1000);
    readings.push({ atS, watts: mean - lowByW });
  }
  return readings;
}

/** A capture and its CSV, of a card and a processor. */
export function writeRecording(
  place: (name: string) => string,
  name: string,
  powers: readonly number[],
  phases: readonly MadePhase[] = [],
): { readonly capture: string; readonly csv: string } {
  const next = random(5);
  const samples = powers.map(
    (watts, n): Made => ({
      us: n * 1000 + 500,
      gpuMw: watts * 1000 + Math.floor(600 * next()) - 300,
      cpuMw: 40_000 + Math.floor(2000 * next()),
    }),
  );
  const endUs = powers.length * 1000;
  const events = phases.length > 0 ? commandEvents(['train.py'], [500_000, endUs - 500_000], phases) : [];
  const capture = writeMade(place(`${name}.plog`), { samples, events, endUs });
  const csv = place(`${name}.csv`);
  const { code, err } = powerlog(words`replay ${capture} --out ${csv} --quiet`);
  if (code !== 0) throw new Error(err);
  return { capture, csv };
}

/** A recording in a folder of this test file's own, and what a sensor said meanwhile. */
export function recorded(seed: number, phases: readonly MadePhase[] = [], lengthS = seconds) {
  const place = folder();
  const powers = gpuPowers(seed).slice(0, lengthS * 1000);
  const readings = readingsOf(powers, seed + 1).filter(({ atS }) => atS < lengthS);
  beforeAll(() => {
    writeRecording(place, 'run', powers, phases);
  });
  return { place, powers, readings, csv: place('run.csv'), capture: place('run.plog') };
}

/** When a reading was made, s since 1970. */
export const unixS = ({ atS }: Reading): number => startUnixUs / 1e6 + atS;

/** A table of readings. @param header none where empty */
export const lines = (
  readings: readonly Reading[],
  header: string,
  row: (reading: Reading, n: number) => string,
): string => `${[header, ...readings.map(row)].filter((line) => line !== '').join('\n')}\n`;

/** Compares and gives the JSON. */
export function compared(args: readonly string[], env: NodeJS.ProcessEnv = {}): JsonFigures {
  const { code, out, err } = powerlog(['compare', ...args, '--json', '-'], undefined, env);
  if (code !== 0) throw new Error(`code ${code}: ${err}`);
  return JSON.parse(out) as JsonFigures;
}

export function write(path: string, text: string | Uint8Array): string {
  writeFileSync(path, text);
  return path;
}

/** An instant of the recording by a clock that is so many hours ahead of UTC. */
export const clockAt = (atS: number, aheadH = 0): string =>
  new Date(startUnixUs / 1000 + Math.floor(atS * 1000) + aheadH * 3600e3).toISOString();
