import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import type { Workshop } from './workshop.js';

/** A span of time, UTC seconds since 1970. */
export interface Span {
  readonly startS: number;
  readonly endS: number;
}

/** The stalls of every core so far; undefined where there is no compiler for whoever watches them. */
export function watchStalls(workshop: Workshop, seconds: number): readonly Span[][] | undefined {
  const watcher = workshop.compiled('stalls');
  if (!watcher) return undefined;
  return cpus().map((_, core) => {
    const stalls: Span[] = [];
    const child = workshop.start([watcher, String(core), String(seconds)], ['ignore', 'pipe', 'inherit']);
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const [startS, endS] = line.split(' ').map(Number);
      stalls.push({ startS: startS!, endS: endS! });
    });
    return stalls;
  });
}

const overlapS = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.endS, b.endS) - Math.max(a.startS, b.startS));

/** Whether every core stood still for at least half of the span: then the machine did, and nothing on it can help that. */
export const stoodStill = (span: Span, cores: readonly (readonly Span[])[]): boolean =>
  cores.every(
    (stalls) =>
      stalls.reduce((sum, stall) => sum + overlapS(span, stall), 0) >= (span.endS - span.startS) / 2,
  );

/** The longest time that every core stood still at once, s. */
export const longestStandstillS = ([first = [], ...others]: readonly (readonly Span[])[]): number =>
  Math.max(
    0,
    ...first.map((stall) =>
      Math.min(
        stall.endS - stall.startS,
        ...others.map((stalls) => Math.max(0, ...stalls.map((each) => overlapS(stall, each)))),
      ),
    ),
  );
