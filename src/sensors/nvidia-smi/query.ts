/*
 * What `nvidia-smi --query-gpu` is asked for. It refuses the whole question where its driver does not know one field of it, so
 * that each generation of drivers has a list of its own, the newest first.
 */

/** A power that it prints, W, and the column that it goes to. */
export interface PowerField {
  readonly field: string;
  /** Behind `gpu0_`. */
  readonly column: string;
  readonly title: string;
}

const plain: PowerField = {
  field: 'power.draw',
  column: 'plain_power_w',
  title: 'power as power.draw gives it',
};

/** Fields of power by generation; which driver brought the later two (530) is told by no document of NVIDIA's. */
export const generations: readonly (readonly PowerField[])[] = [
  [
    { field: 'power.draw.instant', column: 'power_w', title: 'instant power' },
    plain,
    { field: 'power.draw.average', column: 'average_power_w', title: 'power averaged over 1 s' },
  ],
  [{ ...plain, column: 'power_w' }],
];

/** What tells of a card; its name comes last, since a comma may be in it. */
export const cardFields = ['uuid', 'index', 'pci.bus_id', 'driver_version', 'name'] as const;

const bare = '--format=csv,noheader,nounits';

export const cardsArguments = (powers: readonly PowerField[]): string[] => [
  `--query-gpu=${[...powers.map(({ field }) => field), ...cardFields].join(',')}`,
  bare,
];

/** @param intervalMs between two readings */
export const readingArguments = (powers: readonly PowerField[], intervalMs: number): string[] => [
  `--query-gpu=${['uuid', 'timestamp', ...powers.map(({ field }) => field)].join(',')}`,
  bare,
  '-lms',
  String(Math.max(1, Math.round(intervalMs))),
];

/** A cell: a number, or the words that it has for there being none. */
export type Cell = { readonly value: number } | { readonly words: string };

/** What a card or its driver does not have, in the words of its versions; anything else says that something is wrong. */
export const isNotThere = (words: string): boolean => /^\[?(?:N\/A|Not Supported)\]?$/i.test(words);

/** `126.96`, or `126.96 W` where somebody asked for units; `[N/A]`, `[Unknown Error]`. */
export function readCell(text: string): Cell {
  const [, number] = /^(\d+(?:\.\d+)?)(?: W)?$/.exec(text.trim()) ?? [];
  return number === undefined ? { words: text.trim() } : { value: Number(number) };
}

const quarterHourMs = 15 * 60_000;

/**
 * `2023/07/08 19:28:27.236` as UTC seconds. It is local time and names no zone, but was printed just now, and zones differ by
 * quarters of an hour: the one that brings it next to now is meant, in the hour that a clock was put back too.
 */
export function stampUnixS(text: string, nowUnixMs: number): number {
  const parts = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})$/.exec(text.trim());
  if (!parts) return Number.NaN;
  const [year, month, day, hour, minute, second, ms] = parts.slice(1).map(Number);
  const asUtcMs = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!, ms!);
  const zoneMs = Math.round((asUtcMs - nowUnixMs) / quarterHourMs) * quarterHourMs;
  return (asUtcMs - zoneMs) / 1000;
}
