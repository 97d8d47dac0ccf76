import { join } from 'node:path';
import { expect, it } from 'vitest';
import { figuresOf } from '#powerlog/measure/stretch/figures.js';
import type { MeasurablePowers } from '#powerlog/measure/stretch/powers.js';
import { pageRun } from '#powerlog/report/page-run.js';
import { readRested } from '#powerlog/report/rested.js';
import { summaryBetween } from '#powerlog/report/span/span-summary.js';
import { readCalibrations } from '#powerlog/session/calibration/calibration-file.js';
import { scratch } from '../capture/samples.js';
import { writeLoads, writePoints } from '../cli/calibrate/loads.js';
import { powerlog, words } from '../cli/run.js';

it('a page knows of a calibrated rail what the report knows, of any stretch', async () => {
  const folder = scratch();
  const [plog, points, cal] = ['loads.plog', 'points.csv', 'cal.json'].map((name) => join(folder, name));
  writeLoads(plog!);
  writePoints(points!);
  const ran = powerlog(
    words`calibrate --recording ${plog!} --points ${points!} --rail eps1 --reference-accuracy 0.5% --out ${cal!}`,
  );
  expect(ran.code, ran.err).toBe(0);
  const rested = await readRested(plog!, { calibrations: readCalibrations([cal!]) });
  const run = pageRun(rested, 'run', { kind: 'samples', count: 500 });
  const [fromUs, toUs] = [600_200, 900_200];
  const { energy_j, rails, uncertainty } = await summaryBetween(rested, { fromUs, toUs });
  // The page's own reckoning, over energies that are known: the load stands still in this stretch.
  const powers = run.series.map(({ name, kind }): MeasurablePowers => {
    const energyJ = kind === 'component' ? energy_j[name]! : kind === 'rail' ? rails[name]!.energy_j! : 0;
    const flat = { lowMw: 0, highMw: 0 };
    return {
      stretch: () => ({ energyJ, minMw: 0, maxMw: 0, cutsJ: 0, samplingJ: 0, start: flat, end: flat }),
    } as unknown as MeasurablePowers;
  });
  const { uncertaintyJ } = figuresOf(run, powers, fromUs, toUs);
  run.series.forEach(({ name, kind }, n) => {
    if (kind === 'component') expect(uncertaintyJ[n]).toBeCloseTo(uncertainty.accuracy_j[name]!, 6);
  });
  expect(uncertainty.accuracy_j.cpu! / energy_j.cpu!).toBeLessThan(0.02);
  const json = JSON.stringify(run.series);
  expect(json).toContain('"calibrated"');
});
