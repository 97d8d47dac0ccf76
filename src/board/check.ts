import type { Layout, Rail } from './board.js';

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
  const supply = layout.fields[layout.ownSupply]!.offset;
  return (view, at) => {
    if (view.getUint16(at + supply, true) === 0) return false;
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
  const mv = view.getInt16(at + voltage, true);
  if ((mv < lowMv || mv > highMv) && (mv > offMv || mv < -offMv)) return false;
  const product = (mv * view.getInt32(at + current, true)) / 1000;
  const difference = view.getInt32(at + power, true) - product;
  const allowed = powerTolerance.mw + powerTolerance.share * Math.abs(product);
  return difference <= allowed && difference >= -allowed;
}

function railCheck({ fields }: Layout, rail: Rail) {
  return {
    voltage: fields[rail.voltage]!.offset,
    current: fields[rail.current]!.offset,
    power: fields[rail.power]!.offset,
    lowMv: rail.nominalMv * (1 - voltageTolerance),
    highMv: rail.nominalMv * (1 + voltageTolerance),
    offMv: rail.nominalMv * offShare,
  };
}
