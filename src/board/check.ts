import type { Field, Layout, Rail } from './board.js';
import { fieldTypes } from './field-type.js';

/**
 * Says whether a frame agrees with itself: the board's own supply is there, each rail's voltage is near nominal or off, and
 * its power is its voltage times its current. A slipped byte breaks this at once. Reads the frame in place; called for
 * every sample.
 */
export type FrameCheck = (view: DataView, at: number) => boolean;

/** A rail further than this from nominal is called off nominal: ATX allows 5 %; droop and probes get four times that. */
const voltageTolerance = 0.2;
/** Below this share of nominal the rail is off or its cable is not plugged in. */
const offShare = 0.1;
/** Power and V × I are converted apart by the board, so they differ by rounding and a little settling. */
const powerTolerance = { share: 0.1, mw: 2000 };

export function makeFrameCheck(layout: Layout): FrameCheck {
  const checks = railChecks(layout);
  const { ownSupply } = layout;
  const supply = ownSupply === null ? null : layout.fields[ownSupply]!;
  return (view, at) => {
    if (supply !== null && fieldTypes[supply.type].read(view, at + supply.offset) === 0) return false;
    for (let i = 0; i < checks.length; i++) if (!agrees(checks[i]!, view, at)) return false;
    return true;
  };
}

/** How many of a frame's rails and wires contradict themselves. */
export function makeContradictionCount(layout: Layout): (view: DataView, at: number) => number {
  const checks = railChecks(layout);
  return (view, at) => {
    let count = 0;
    for (let i = 0; i < checks.length; i++) if (!agrees(checks[i]!, view, at)) count++;
    return count;
  };
}

type RailCheck = ReturnType<typeof railCheck>;

const railChecks = (layout: Layout): RailCheck[] =>
  [...layout.rails, ...layout.wires].map((rail) => railCheck(layout, rail));

function agrees(check: RailCheck, view: DataView, at: number): boolean {
  const { voltage, current, power, lowMv, highMv, offMv } = check;
  const mv = readingAt(view, at, voltage);
  if ((mv < lowMv || mv > highMv) && (mv > offMv || mv < -offMv)) return false;
  if (power === null) return true;
  const product = (mv * readingAt(view, at, current)) / 1000;
  const difference = readingAt(view, at, power) - product;
  const allowed = powerTolerance.mw + powerTolerance.share * Math.abs(product);
  return difference <= allowed && difference >= -allowed;
}

/** As its column has it. The two types that most readings have are read without a call that V8 cannot see through. */
function readingAt(view: DataView, at: number, { offset, type, factor, scale }: Field): number {
  if (factor === undefined && scale === undefined) {
    if (type === 'int32') return view.getInt32(at + offset, true);
    if (type === 'int16') return view.getInt16(at + offset, true);
  }
  const stored = fieldTypes[type].read(view, at + offset);
  return scale ? stored * scale.gain + scale.offset : stored * (factor ?? 1);
}

function railCheck({ fields }: Layout, rail: Rail) {
  const isKnown = rail.nominalMv > 0;
  return {
    voltage: fields[rail.voltage]!,
    current: fields[rail.current]!,
    // What is their product agrees with them.
    power: fields[rail.power]!.product ? null : fields[rail.power]!,
    lowMv: isKnown ? rail.nominalMv * (1 - voltageTolerance) : Number.NEGATIVE_INFINITY,
    highMv: isKnown ? rail.nominalMv * (1 + voltageTolerance) : Number.POSITIVE_INFINITY,
    offMv: rail.nominalMv * offShare,
  };
}
