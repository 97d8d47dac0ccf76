import { describe, expect, it } from 'vitest';
import { holdingOf } from '#powerlog/measure/uncertainty.js';
import { exactSpan } from '#powerlog/trace/span.js';
import { Trace } from '#powerlog/trace/trace.js';
import { seeded } from './board.js';

const periodUs = 200_000;
/** Switches between 300 W and 100 W ten times a second. */
const powerMw = (us: number) => (us % periodUs < periodUs / 2 ? 300_000 : 100_000);
const energyToJ = (us: number) => {
  const rest = us % periodUs;
  const onUs = Math.floor(us / periodUs) * (periodUs / 2) + Math.min(rest, periodUs / 2);
  return (onUs * 300_000 + (us - onUs) * 100_000) * 1e-9;
};

const samplingUs = 1000;

type Random = () => number;
type Phase = (random: Random) => readonly [number, number];
const phases: Readonly<Record<string, Phase>> = {
  'from step to step': () => [periodUs, 1.5 * periodUs],
  'over two periods': () => [0.5 * periodUs, 2.5 * periodUs],
  'from anywhere to anywhere': (random) => {
    const startUs = 3000 + random() * periodUs;
    return [startUs, startUs + random() * 1.5 * periodUs];
  },
};

/** One recording of a board whose readings stand still between its updates: how far a phase's energy is off, and the stated limit. */
async function trial(random: Random, updateUs: number, isKnown: boolean, phase: Phase) {
  const phaseUs = random() * updateUs;
  const timeUs = Float64Array.from({ length: (3 * periodUs) / samplingUs }, (_, n) =>
    Math.round((n + 0.2 * random()) * samplingUs),
  );
  const heldAt = (us: number) => Math.floor((us + phaseUs) / updateUs) * updateUs - phaseUs;
  const powers = timeUs.map((us) => powerMw(heldAt(us) + periodUs));
  const { ageUs, stepSpacings } = holdingOf(isKnown ? updateUs / 1e6 : null, samplingUs);
  const facts = {
    components: ['system'],
    ...{ accuracyShare: 0, instantUs: ageUs, stepSpacings, gapLimitUs: 20_000, gaps: new Map() },
  };
  const chunk = { count: timeUs.length, timeUs, powerMw: [powers] };
  const chunks = async function* () {
    yield chunk;
  };
  const [startUs, endUs] = phase(random);
  const spans = [exactSpan(startUs * 1000, endUs * 1000)];
  const [found] = await new Trace({ chunks }, () => facts).evaluate([{ spans, distribution: false }]);
  const { energy_j, energy_uncertainty_j } = found!.cost;
  return {
    errorJ: Math.abs(energy_j.system! - energyToJ(endUs) + energyToJ(startUs)),
    statedJ: energy_uncertainty_j.system!,
  };
}

async function trials(updateUs: number, isKnown: boolean, phase: Phase) {
  const random = seeded(11);
  const made: Awaited<ReturnType<typeof trial>>[] = [];
  while (made.length < 400) made.push(await trial(random, updateUs, isKnown, phase));
  return {
    covered: made.filter(({ errorJ, statedJ }) => errorJ <= statedJ + 1e-9).length / made.length,
    meanStatedJ: made.reduce((sum, { statedJ }) => sum + statedJ, 0) / made.length,
    errorsJ: made.map(({ errorJ }) => errorJ).sort((a, b) => a - b),
  };
}

describe('the stated uncertainty of readings that stand still between updates', () => {
  for (const updateUs of [7300, 23_700])
    for (const [name, phase] of Object.entries(phases))
      it(`covers a phase ${name}, updated every ${updateUs / 1000} ms, and not with three times what is needed`, async () => {
        const { covered, meanStatedJ, errorsJ } = await trials(updateUs, true, phase);
        expect(covered).toBeGreaterThan(0.95);
        expect(meanStatedJ / errorsJ[Math.floor(0.95 * errorsJ.length)]!).toBeLessThan(3);
      });

  it('would not without knowing of it', async () => {
    const { covered } = await trials(23_700, false, phases['from step to step']!);
    expect(covered).toBeLessThan(0.2);
  });
});
