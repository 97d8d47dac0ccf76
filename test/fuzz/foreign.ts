import { UserError } from '#powerlog/errors.js';
import { readForeignInput } from '#powerlog/foreign/read.js';
import { mutated } from './mutate.js';
import type { Random } from './random.js';
import { inputOf } from './rows.js';
import { must, type Target } from './target.js';

const count = 40;
const lines = (header: string, row: (n: number) => string): Buffer =>
  Buffer.from([header, ...Array.from({ length: count }, (_, n) => row(n))].join('\n'));
const stamp = (n: number): string => new Date(1.7e12 + n * 100).toISOString();

/** What programs write, each in its way. */
const texts: readonly Buffer[] = [
  lines('timestamp, index, uuid, power.draw [W], power.draw.instant [W]', (n) => {
    const at = stamp(n).replaceAll('-', '/').replace('T', ' ').replace('Z', '');
    return `${at}, ${n % 2}, GPU-${n % 2}, ${n}.25 W, [N/A]`;
  }),
  lines(',time,gpu_power_mw', (n) => `${n},${1.7e9 + n},${n * 1000}`),
  lines('"t";"Leistung [W]"', (n) => `"${stamp(n)}";"${n},5"`),
  lines('Date,Time,power', (n) => `${stamp(n).slice(0, 10)},${stamp(n).slice(11, 23)},${n}`),
  lines('time_s,unix_time_s,package_0_energy_j,package_0_power_w', (n) => `${n},${1.7e9 + n},${n * 3},`),
  lines('timestamp,duration,emissions,gpu_power,gpu_energy,energy_consumed', (n) => {
    return `${stamp(n).slice(0, 19)},${n},0,150,${n / 1e4},${n / 1e4}`;
  }),
  lines('', (n) => JSON.stringify({ timestamp: n, gpu_data: [{ gpu: 0, power: { socket_power: n } }] })),
  lines('', (n) =>
    JSON.stringify({ timestamp: 1.7e9 + n, card0: { 'Average Graphics Package Power (W)': `${n}` } }),
  ),
  Buffer.from(
    `\ufeff${lines('time,power', (n) => `${stamp(n)},${n}`)
      .toString()
      .replaceAll('\n', '\r\n')}`,
    'utf16le',
  ),
];
const columns = [undefined, undefined, undefined, '2', '@1', 'power', 'power.draw@1', '', '@'];
const units = [undefined, undefined, undefined, 'mW', 'J', 'kWh'];
const names = { column: '--column-b', time: '--time-b', unit: '--unit-b', zone: '--tz-b' };

/** However a file is damaged, what is read of it are numbers in the order of their instants, or it is refused with a reason. */
const foreign: Target = {
  name: 'foreign files',
  weight: 2,
  async tryOne(random: Random) {
    const bytes = random.chance(0.05) ? random.bytes(random.below(400)) : mutated(random.pick(texts), random);
    const options = { column: random.pick(columns), unit: random.pick(units) };
    try {
      const { timeUs, value, stampUs, resolutionUs, path } = await readForeignInput(
        inputOf(bytes),
        options,
        names,
      );
      must(path === 'input', 'it is called otherwise');
      must(timeUs.length === value.length, 'columns differ in length');
      must(stampUs === undefined || stampUs.length === value.length, 'stamps differ in number');
      must(resolutionUs > 0, 'its instants have no resolution');
      must(
        timeUs.every((us, n) => Number.isFinite(us) && (n === 0 || us > timeUs[n - 1]!)),
        'instants do not rise',
      );
      must(
        value.some(Number.isFinite) && !value.some((each) => Math.abs(each) === Number.POSITIVE_INFINITY),
        'a value is none',
      );
      return true;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  },
};

export const foreignTargets: readonly Target[] = [foreign];
