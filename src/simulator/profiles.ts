import type { Instrument, Rail } from '../board/board.js';
import { boardFor } from '../board/catalogue.js';
import type { PaperProfileName, ProfileName } from './profile-names.js';
import { gaussian, hash32 } from './random.js';
import { type Load, shapes } from './shapes.js';

/** The machine that the profiles are of has a BENCHLAB's rails; another board sees those of them that it has. */
const { rails: machineRails, components: machineComponents } = boardFor('benchlab')!;

/** What every rail of a board reads at one instant, in board order: mV, mA and mW, where mW = round(mV × mA / 1000). */
interface RailReadings {
  readonly voltageMv: Int32Array;
  readonly currentMa: Int32Array;
  readonly powerMw: Int32Array;
}

export const makeRailReadings = (rails: readonly Rail[] = machineRails): RailReadings => ({
  voltageMv: new Int32Array(rails.length),
  currentMa: new Int32Array(rails.length),
  powerMw: new Int32Array(rails.length),
});

/** `square` stands at each of its two levels this long; it is low from every even second of CLOCK_MONOTONIC on. */
const squareHalfPeriodNs = 1e9;

type Currents = Readonly<Record<string, number>>;
/** What a rail carries that the machine does not have. */
const foreignMa = 500;
/** What a rail is at whose nominal voltage is not told. */
const usualMv = 12_000;

/** CPU 60 W, GPU 300 W, motherboard 40 W: 400 W. */
const constantMa: Currents = {
  ...{ eps1: 4000, eps2: 1000, atx_3v3: 2000, atx_5v: 1680, atx_5vsb: 200, atx_12v: 2000 },
  ...{ pcie1: 0, pcie2: 0, pcie3: 1000, hpwr1: 24_000, hpwr2: 0 },
};
/** CPU 30 W, GPU 60 W, motherboard 30 W: 120 W. */
const squareLowMa: Currents = {
  ...{ eps1: 2000, eps2: 500, atx_3v3: 2000, atx_5v: 2080, atx_5vsb: 200, atx_12v: 1000 },
  ...{ pcie1: 0, pcie2: 0, pcie3: 1000, hpwr1: 4000, hpwr2: 0 },
};
/** CPU 90 W, GPU 360 W, motherboard 50 W: 500 W. */
const squareHighMa: Currents = {
  ...{ eps1: 6000, eps2: 1500, atx_3v3: 2000, atx_5v: 2480, atx_5vsb: 200, atx_12v: 2500 },
  ...{ pcie1: 0, pcie2: 0, pcie3: 2000, hpwr1: 28_000, hpwr2: 0 },
};

const paperReadings = (currents: Currents, rails: readonly Rail[] = machineRails): RailReadings => {
  const readings = makeRailReadings(rails);
  rails.forEach((rail, index) => {
    setRail(readings, index, rail.nominalMv || usualMv, currents[rail.name] ?? foreignMa);
  });
  return readings;
};

function setRail(readings: RailReadings, rail: number, voltageMv: number, currentMa: number): void {
  readings.voltageMv[rail] = voltageMv;
  readings.currentMa[rail] = currentMa;
  readings.powerMw[rail] = Math.round((voltageMv * currentMa) / 1000);
}

const constantReadings = paperReadings(constantMa);
const squareLow = paperReadings(squareLowMa);
const squareHigh = paperReadings(squareHighMa);

const squareIsHigh = (tNs: number): boolean => Math.floor(tNs / squareHalfPeriodNs) % 2 === 1;

/** What rails read at `tNs` of CLOCK_MONOTONIC, ns; lent. */
const paperOf: Readonly<Record<PaperProfileName, (rails: readonly Rail[]) => (tNs: number) => RailReadings>> =
  {
    constant: (rails) => {
      const readings = paperReadings(constantMa, rails);
      return () => readings;
    },
    square: (rails) => {
      const [low, high] = [paperReadings(squareLowMa, rails), paperReadings(squareHighMa, rails)];
      return (tNs) => (squareIsHigh(tNs) ? high : low);
    },
  };

/** Of the machine's own. */
const paperAt = { constant: paperOf.constant(machineRails), square: paperOf.square(machineRails) };

const isPaper = (profile: ProfileName): profile is PaperProfileName => profile in paperOf;

/** Writes what the rails read at `tNs` of CLOCK_MONOTONIC, ns, into `out`. */
type RailReader = (tNs: number, out: RailReadings) => void;

/**
 * The rails of a machine with this load: a pure function of its arguments, so that the same seed gives the same readings at
 * the same instant in every process.
 */
export function railReader(
  profile: ProfileName,
  seed: number,
  { rails }: Pick<Instrument, 'rails'> = { rails: machineRails },
): RailReader {
  if (isPaper(profile)) return copyOf(paperOf[profile](rails));
  const shape = shapes[profile];
  const electrics = rails.map(electricOf);
  // A rail of the machine reads the same on every board.
  const seeds = rails.map((rail, n) => {
    const index = machineRails.findIndex(({ name }) => name === rail.name);
    return index < 0 ? machineRails.length + n : index;
  });
  return (tNs, out) => {
    shape(seed, tNs, load);
    // Noise is white down to 50 µs; two readings within one slot are the same reading.
    const slot = Math.floor(tNs / 50_000) % 2 ** 32;
    for (let rail = 0; rail < electrics.length; rail++) {
      const { share, fullMa, idleMa, sourceMv, dropMohm, noiseMa, offsetMa } = electrics[rail]!;
      const current = idleMa + fullMa * load[share];
      const spread = noiseMa + 0.008 * current;
      const railSeed = hash32(seed, seeds[rail]!);
      const currentMa = Math.round(current + offsetMa + spread * gaussian(railSeed, slot));
      const droopMv = (dropMohm * currentMa) / 1000;
      setRail(out, rail, Math.round(sourceMv - droopMv + 3 * gaussian(~railSeed, slot)), currentMa);
    }
  };
}

const copyOf =
  (readingsAt: (tNs: number) => RailReadings): RailReader =>
  (tNs, out) => {
    const { voltageMv, currentMa, powerMw } = readingsAt(tNs);
    out.voltageMv.set(voltageMv);
    out.currentMa.set(currentMa);
    out.powerMw.set(powerMw);
  };

const load: Load = { cpu: 0, gpu: 0, board: 0 };

/** How a rail of the made-up machine answers to load: mA at full load above idle, and what its sensor adds. */
interface Electric {
  readonly share: keyof Load;
  readonly idleMa: number;
  readonly fullMa: number;
  readonly sourceMv: number;
  readonly dropMohm: number;
  readonly noiseMa: number;
  /** Of the sensor: a rail that carries nothing reads a little below or above 0. */
  readonly offsetMa: number;
}

const electric = (
  share: keyof Load,
  idleMa: number,
  fullMa: number,
  sourceMv: number,
  dropMohm: number,
  noiseMa: number,
  offsetMa: number,
): Electric => ({ share, idleMa, fullMa, sourceMv, dropMohm, noiseMa, offsetMa });

const electricByRail: Readonly<Record<string, Electric>> = {
  eps1: electric('cpu', 1100, 9200, 12_080, 6, 25, 0),
  eps2: electric('cpu', 500, 4300, 12_070, 6, 20, 0),
  atx_3v3: electric('board', 1300, 700, 3330, 5, 10, 0),
  atx_5v: electric('board', 1900, 1500, 5040, 8, 12, 0),
  atx_5vsb: electric('board', 210, 0, 5060, 20, 3, 0),
  atx_12v: electric('board', 1400, 1300, 12_060, 10, 15, 0),
  pcie1: electric('gpu', 0, 0, 12_050, 8, 2, -9),
  pcie2: electric('gpu', 0, 0, 12_050, 8, 2, 4),
  pcie3: electric('gpu', 550, 2300, 12_050, 9, 15, 0),
  hpwr1: electric('gpu', 900, 31_500, 12_090, 7, 40, 0),
  hpwr2: electric('gpu', 0, 0, 12_090, 7, 3, -14),
};
/** A rail that the machine does not have carries half an ampere, and as much again under load. */
const electricOf = ({ name, nominalMv }: Rail): Electric =>
  electricByRail[name] ?? electric('board', foreignMa, foreignMa, nominalMv || usualMv, 10, 5, 0);

/** Where a rail stands among the machine's. @throws RangeError where it has none of that name */
function railIndex(name: string): number {
  const index = machineRails.findIndex((rail) => rail.name === name);
  if (index < 0) throw new RangeError(`no profile says what '${name}' reads`);
  return index;
}

/** Rails by what a reader may ask for: a rail's name, a component of the default map, or `system`. */
function railsOf(name: string): number[] {
  const names =
    name === 'system' ? Object.values(machineComponents).flat() : (machineComponents[name] ?? [name]);
  return names.map(railIndex);
}

const sumMw = (readings: RailReadings, rails: readonly number[]): number =>
  rails.reduce((sum, rail) => sum + readings.powerMw[rail]!, 0);

/**
 * The exact power, whole mW, of a rail, a component (`cpu`, `gpu`, `motherboard`) or the `system` at `tNs` of
 * CLOCK_MONOTONIC.
 */
export const powerAtMw = (profile: PaperProfileName, name: string, tNs: number): number =>
  sumMw(paperAt[profile](tNs), railsOf(name));

/** The exact energy, J, of the same between two instants of CLOCK_MONOTONIC, ns. */
export function energyBetweenJ(profile: PaperProfileName, name: string, t0Ns: number, t1Ns: number): number {
  const rails = railsOf(name);
  if (profile === 'constant') return (sumMw(constantReadings, rails) * (t1Ns - t0Ns)) / 1e12;
  const highNs = squareHighNs(t1Ns) - squareHighNs(t0Ns);
  const lowNs = t1Ns - t0Ns - highNs;
  return (sumMw(squareHigh, rails) * highNs + sumMw(squareLow, rails) * lowNs) / 1e12;
}

/** How long `square` stood high from instant 0 to `tNs`. */
function squareHighNs(tNs: number): number {
  const periodNs = 2 * squareHalfPeriodNs;
  const periods = Math.floor(tNs / periodNs);
  return periods * squareHalfPeriodNs + Math.max(0, tNs - periods * periodNs - squareHalfPeriodNs);
}
