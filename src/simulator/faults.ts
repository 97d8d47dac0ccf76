import { errorText, usageError } from '../errors.js';
import { parseDurationMs } from '../units.js';

/** What may happen to a reply on its way, one of them a reply. */
export const wireFaultNames = [
  'drop',
  'repeat',
  'stray',
  'double',
  'short',
  'late',
  'silent',
  'wrong',
  'slow',
  'garble',
] as const;
export type WireFaultName = (typeof wireFaultNames)[number];

export const faultNames = [...wireFaultNames, 'unplug'] as const;
export type FaultName = (typeof faultNames)[number];

/** What is to go wrong, and how often. */
export interface FaultPlan {
  /** Chance per reply to READ_SENSORS. */
  readonly rates: Readonly<Partial<Record<WireFaultName, number>>>;
  /** How long `late` holds a reply back, ms. */
  readonly lateMs: number;
  readonly unplug?: { readonly periodMs: number; readonly awayMs: number };
}

export const noFaults: FaultPlan = { rates: {}, lateMs: 300 };

/**
 * Reads `drop:1e-4,late:1e-3:200ms,unplug:60s:5s`.
 * @throws UserError (usage) that names the entry and what is allowed there
 */
export function parseFaults(text: string): FaultPlan {
  const rates: Partial<Record<WireFaultName, number>> = {};
  let { lateMs, unplug }: FaultPlan = noFaults;
  const seen = new Set<string>();
  for (const entry of text.split(',')) {
    const [name = '', amount, extra, ...rest] = entry.trim().split(':');
    const kind = faultNames.find((each) => each === name);
    if (!kind) throw usageError(`'${name}' is not a fault; there are ${faultNames.join(', ')}`);
    if (seen.has(kind)) throw usageError(`'${kind}' stands there twice; once is enough`);
    seen.add(kind);
    const takesExtra = kind === 'late' || kind === 'unplug';
    if (amount === undefined || rest.length > 0 || (extra !== undefined && !takesExtra))
      throw usageError(`'${entry.trim()}' is not of the form ${faultForm(kind)}`);
    if (kind === 'unplug') {
      unplug = { periodMs: time(entry, amount), awayMs: extra === undefined ? 2000 : time(entry, extra) };
    } else {
      rates[kind] = chance(entry, amount, kind);
      if (extra !== undefined) lateMs = time(entry, extra);
    }
  }
  const sum = Object.values(rates).reduce((total, rate) => total + rate, 0);
  if (sum > 1) throw usageError(`the chances add up to ${sum}; a reply has one fault at most, so 1 in all`);
  return { rates, lateMs, ...(unplug ? { unplug } : {}) };
}

/** How an entry of `--fault` is written. */
function faultForm(kind: FaultName): string {
  if (kind === 'unplug') return 'unplug:PERIOD[:AWAY], such as unplug:60s:5s';
  if (kind === 'late') return 'late:CHANCE[:TIME], such as late:1e-3:200ms';
  return `${kind}:CHANCE, such as ${kind}:1e-4`;
}

function chance(entry: string, text: string, kind: FaultName): number {
  const value = /^[\d.]+(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0 && value <= 1))
    throw usageError(`'${entry.trim()}': '${text}' is not a chance from 0 to 1; write ${faultForm(kind)}`);
  return value;
}

function time(entry: string, text: string): number {
  try {
    const ms = parseDurationMs(text);
    if (ms > 0) return ms;
  } catch (error) {
    throw usageError(`'${entry.trim()}': ${errorText(error)}`);
  }
  throw usageError(`'${entry.trim()}': a time above 0 and up to 10000d is needed, such as 150ms`);
}
