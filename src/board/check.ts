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
  const isSupplied = makeSupplyCheck(layout);
  return (view, at) => {
    if (!isSupplied(view, at)) return false;
    for (let i = 0; i < checks.length; i++) if (!agrees(checks[i]!, view, at)) return false;
    return true;
  };
}

/** Whether a frame has a supply of the board's own: none is all zeros, and all ones are what a line reads that floats. */
export function makeSupplyCheck({ ownSupply, fields }: Pick<Layout, 'ownSupply' | 'fields'>): FrameCheck {
  if (ownSupply === null) return () => true;
  const { offset, type } = fields[ownSupply]!;
  const { read, bytes } = fieldTypes[type];
  const allOnes = read(new DataView(new Uint8Array(bytes).fill(0xff).buffer), 0);
  return (view, at) => {
    const stored = read(view, at + offset);
    return stored !== 0 && stored !== allOnes;
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

/** How many of a frame's rails and wires are at the voltage that they should carry, where that is known. */
export function makeRailsOnCount(layout: Layout): (view: DataView, at: number) => number {
  const checks = railChecks(layout).filter(({ highMv }) => Number.isFinite(highMv));
  return (view, at) =>
    checks.filter((check) => {
      const mv = readingAt(view, at, check.voltage);
      return mv >= check.lowMv && mv <= check.highMv;
    }).length;
}

type RailCheck = ReturnType<typeof railCheck>;

const railChecks = (layout: Layout): RailCheck[] =>
  [...layout.rails, ...layout.wires].map((rail) => railCheck(layout, rail));

function agrees(check: RailCheck, view: DataView, at: number): boolean {
  const { plain, voltage, current, power, lowMv, highMv, offMv } = check;
  const mv = plain ? view.getInt16(at + plain.voltage, true) : readingAt(view, at, voltage);
  if ((mv < lowMv || mv > highMv) && (mv > offMv || mv < -offMv)) return false;
  if (power === null) return true;
  const ma = plain ? view.getInt32(at + plain.current, true) : readingAt(view, at, current);
  const mw = plain ? view.getInt32(at + plain.power, true) : readingAt(view, at, power);
  const product = (mv * ma) / 1000;
  const difference = mw - product;
  const allowed = powerTolerance.mw + powerTolerance.share * Math.abs(product);
  return difference <= allowed && difference >= -allowed;
}

/** As its column has it. */
function readingAt(view: DataView, at: number, { offset, type, factor, scale }: Field): number {
  const stored = fieldTypes[type].read(view, at + offset);
  return scale ? stored * scale.gain + scale.offset : stored * (factor ?? 1);
}

/**
 * Where a rail's readings stand that are stored as BENCHLAB's are, in mV, mA and mW, which V8 reads without looking anything up;
 * null of any other.
 */
function plainOffsets(voltage: Field, current: Field, power: Field) {
  const types = [voltage, current, power].map(({ type }) => type).join(' ');
  const isAsStored = [voltage, current, power].every(({ factor, scale }) => !factor && !scale);
  if (types !== 'int16 int32 int32' || !isAsStored) return null;
  return { voltage: voltage.offset, current: current.offset, power: power.offset };
}

function railCheck({ fields }: Layout, rail: Rail) {
  const isKnown = rail.nominalMv > 0;
  const [voltage, current, power] = [fields[rail.voltage]!, fields[rail.current]!, fields[rail.power]!];
  return {
    plain: plainOffsets(voltage, current, power),
    voltage,
    current,
    // What is their product agrees with them.
    power: power.product ? null : power,
    lowMv: isKnown ? rail.nominalMv * (1 - voltageTolerance) : Number.NEGATIVE_INFINITY,
    highMv: isKnown ? rail.nominalMv * (1 + voltageTolerance) : Number.POSITIVE_INFINITY,
    offMv: rail.nominalMv * offShare,
  };
}
