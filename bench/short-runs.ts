/**
 * `npm run short-runs [-- --repeats 10]`: ten runs of 0.2 s on the simulator's square wave, and whether the stated 95 %
 * interval of their mean energy contains the true one, over and over. The truth is the closed form: runs that begin
 * anywhere on the wave take its mean power, 310 W, for as long as they last.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { energyBetweenJ } from '#powerlog/simulator/profiles.js';
import { powerlog, Workshop } from './workshop.js';

const { values } = parseArgs({ options: { repeats: { type: 'string', default: '10' } } });
const repeats = Number(values.repeats);
if (!(repeats > 0)) throw new Error(`--repeats takes a number above 0, not '${values.repeats}'`);

interface Exported {
  readonly runs: readonly {
    readonly duration_s: { readonly mean: number };
    readonly energy_j: {
      readonly system: { readonly mean: number; readonly interval95: readonly [number, number] };
    };
  }[];
}

const meanPowerW = energyBetweenJ('square', 'system', 0, 2e9) / 2;
const workshop = new Workshop();
process.once('exit', () => workshop.close());

let contained = 0;
for (let repeat = 1; repeat <= repeats; repeat++) {
  const json = workshop.file(`short-${repeat}.json`);
  // 0.2 s of work and pauses that do not divide the wave's two seconds, so that the runs begin all over it.
  const options = ['--port', 'sim:square', '--baseline', '0', '--runs', '10', '--cooldown', '370ms', '-q'];
  const child = workshop.start(
    [process.execPath, powerlog, 'exec', ...options, '--export-json', json, '--', 'sleep', '0.2'],
    ['ignore', 'inherit', 'inherit'],
  );
  await new Promise((resolve) => child.once('exit', resolve));
  const [series] = (JSON.parse(readFileSync(json, 'utf8')) as Exported).runs;
  const { mean, interval95 } = series!.energy_j.system;
  const truth = meanPowerW * series!.duration_s.mean;
  const inside = interval95[0] <= truth && truth <= interval95[1];
  if (inside) contained++;
  console.log(
    `${repeat}: ${mean.toFixed(2)} J, 95 % ${interval95.map((edge) => edge.toFixed(2)).join(' … ')} J, truth ${truth.toFixed(2)} J: ${inside ? 'inside' : 'outside'}`,
  );
}
console.log(`${contained} of ${repeats} intervals contain the true energy`);
process.exit(0);
