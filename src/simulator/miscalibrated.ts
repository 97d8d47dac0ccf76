import type { Board } from '../board/board.js';
import { usageError } from '../errors.js';

/** How a rail's sensor is off: it reads gain × what there is + offset. */
export interface MiscalibratedRail {
  /** An index into the board's rails. */
  readonly rail: number;
  readonly currentGain: number;
  readonly currentOffsetMa: number;
  readonly voltageGain: number;
}

const pattern = /^(\w+):(\d*\.?\d+):(-?\d*\.?\d+)(mA|A)(?::(\d*\.?\d+))?$/;

/**
 * Reads `eps1:1.02:50mA`, `eps1:1.02:-0.05A:0.995`, several with `+` between.
 * @throws UserError (usage) that says what is allowed
 */
export const parseMiscalibrated = (text: string, board: Board): MiscalibratedRail[] =>
  text.split('+').map((each) => parseOne(each, board));

function parseOne(text: string, { rails }: Board): MiscalibratedRail {
  const [, name, currentGain, offset, unit, voltageGain = '1'] = pattern.exec(text) ?? [];
  if (name === undefined)
    throw usageError(
      `'${text}' is not how a rail is off: RAIL:GAIN:OFFSET of its current, and a gain of its voltage if that is off too, such as eps1:1.02:50mA or eps1:1.02:-0.05A:0.995`,
    );
  const rail = rails.findIndex((each) => each.name === name);
  if (rail < 0)
    throw usageError(`there is no rail '${name}'; there are ${rails.map((each) => each.name).join(', ')}`);
  const found = {
    rail,
    currentGain: Number(currentGain),
    currentOffsetMa: Number(offset) * (unit === 'A' ? 1000 : 1),
    voltageGain: Number(voltageGain),
  };
  const within = (value: number, least: number, most: number) => value >= least && value <= most;
  if (
    !within(found.currentGain, 0.5, 2) ||
    !within(found.voltageGain, 0.9, 1.1) ||
    !within(found.currentOffsetMa, -10_000, 10_000)
  )
    throw usageError(
      `'${text}': a current's gain is 0.5 to 2, its offset at most 10A, and a voltage's gain 0.9 to 1.1`,
    );
  return found;
}

/** What a rail's sensor makes of what it carries, whole mV and mA. */
export const misread = (
  { currentGain, currentOffsetMa, voltageGain }: MiscalibratedRail,
  voltageMv: number,
  currentMa: number,
): { readonly mv: number; readonly ma: number } => ({
  mv: Math.round(voltageMv * voltageGain),
  ma: Math.round(currentMa * currentGain + currentOffsetMa),
});
