import { boardFor } from '#powerlog/board/catalogue.js';
import { UserError } from '#powerlog/errors.js';
import { MarksReader } from '#powerlog/exec/marks/marks.js';
import { ownMap, resolveWiring } from '#powerlog/measure/rail-map.js';
import { earlierEnergyJ, earlierIdleW, earlierSummarySchema } from '#powerlog/schema/earlier-summary.js';
import { issueText } from '#powerlog/schema/json/issue-text.js';
import { railMapSchema } from '#powerlog/schema/rail-map.js';
import { summarySchema } from '#powerlog/schema/summary.js';
import { parseFaults } from '#powerlog/simulator/faults.js';
import type { Mark } from '#powerlog/stream/command-event.js';
import { parseDurationMs, parseEnergyJ, parsePercent, parseRateHz } from '#powerlog/units.js';
import { babble, mutated, mutatedJson } from './mutate.js';
import type { Random } from './random.js';
import { must, type Target } from './target.js';

const benchlab = boardFor('benchlab')!;

const markPieces = [
  ...[
    'begin',
    'end',
    'point',
    ' ',
    ' ',
    '\t',
    '\n',
    '\n',
    '\r\n',
    '  ',
    '"',
    '\\',
    '"a b"',
    '"\\u0000"',
    '"\\',
  ],
  ...['train', 'é', '\u{1f600}', '500', '1.5', '-1', '1e9', 'NaN', '0', '5000000000', '18446744073709551616'],
];

function readMarks(bytes: Buffer, cuts: readonly number[]) {
  const marks: Mark[] = [];
  const options = {
    originNs: 1_000_000_000n,
    childStartNs: 1e9,
    onMark: (mark: Mark) => void marks.push(mark),
  };
  const reader = new MarksReader(options);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.push(bytes.subarray(from, cut), 9e9);
    from = cut;
  }
  reader.end(9e9);
  return { marks, problemCount: reader.problemCount };
}

/** However the file's growth is cut into pieces, the marks are the same; each has a name and an instant of this run. */
const marks: Target = {
  name: 'marks',
  weight: 30,
  tryOne(random) {
    let bytes = Buffer.from(babble(markPieces, random, 30));
    if (random.chance(0.3)) bytes = Buffer.from(mutated(bytes, random));
    const { marks: found, problemCount } = readMarks(bytes, []);
    const cuts = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
    const again = readMarks(bytes, cuts);
    must(JSON.stringify(found) === JSON.stringify(again.marks), 'the marks depend on the pieces');
    must(problemCount === again.problemCount, 'the problems depend on the pieces');
    for (const { name, atNs, count } of found) {
      must(name !== '', 'a mark without a name');
      must(atNs >= 1e9 - 1e6 && atNs <= 9e9 + 1e6, `a mark at ${atNs}`);
      must(count === null || (Number.isFinite(count) && count >= 0), `a mark counts ${count}`);
    }
    return found.length > 0;
  },
};

const aMap = {
  components: { cpu: ['eps1', 'eps2'], gpu: ['pcie1', 'hpwr1'], rest: ['atx_12v'] },
  slot: { rail: 'pcie3', feed: 'motherboard' },
};

/** A map is taken and wired, or refused with the place of its fault. */
const maps: Target = {
  name: 'map files',
  weight: 15,
  tryOne(random) {
    const json = jsonOf(random.pick([aMap, ownMap(benchlab)]), random);
    if (json === undefined) return false;
    const parsed = railMapSchema.safeParse(json);
    if (!parsed.success) return refused(issueText(parsed.error));
    const { sums, railNames } = resolveWiring(benchlab, parsed.data);
    must(sums[0]?.name === 'system' && railNames.length === 11, 'a wiring without its system or a rail');
    must(new Set(sums.map(({ name }) => name)).size === sums.length, 'two components of one name');
    return true;
  },
};

/** JSON that was mutated as text or as a value; undefined where it is none any more. */
function jsonOf(value: unknown, random: Random): unknown {
  if (random.chance(0.7)) return mutatedJson(value, random);
  try {
    return JSON.parse(mutated(Buffer.from(JSON.stringify(value)), random).toString());
  } catch {
    return undefined;
  }
}

function refused(reason: string): false {
  must(reason.length > 0 && !reason.includes('\n'), `refused with '${reason}'`);
  return false;
}

const figures = { system: 4.5, cpu: 1, gpu: null, motherboard: 2 };
const power = { mean: 1, min: 0, max: 2, p50: 1, p95: 2, p99: 2 };
const aSummary = {
  schema: 'powerlog.summary/1',
  tool: { name: 'powerlog', version: '0.1.0' },
  host: { hostname: 'here', cores: 2, cpu: null },
  board: { product: 'BENCHLAB', product_id: 16, uid: null, name: null, firmware: 1, port: 'sim' },
  map: ownMap(benchlab),
  ...{ start_unix_s: 1.7e9, duration_s: 1, samples: 5, sample_rate_hz: 4, coverage: 1 },
  gaps: [{ start_s: 0, end_s: 1, cause: 'late' }],
  interval_s: { median: 1, p99: 1, max: 1 },
  latency_s: null,
  power_w: { system: power, cpu: power },
  ...{ energy_j: figures, energy_uncertainty_j: figures },
  uncertainty: { accuracy_share: 0.03, accuracy_j: figures, gaps_j: figures, edges_j: figures },
  rails: { eps1: { power_w: power, energy_j: 1 } },
  warnings: [{ code: 'late', message: 'm' }],
  command: { energy_j: figures, baseline_power_w: { system: 1 } },
  runs: [{ energy_j: { system: { mean: 1 } } }],
};

const summaries: Target = {
  name: 'summaries',
  weight: 7,
  tryOne(random) {
    const json = jsonOf(aSummary, random);
    if (json === undefined) return false;
    const read = summarySchema.safeParse(json);
    if (!read.success) refused(issueText(read.error));
    const earlier = earlierSummarySchema.safeParse(json);
    if (!earlier.success) return refused(issueText(earlier.error));
    const energyJ = earlierEnergyJ(earlier.data);
    must(energyJ === null || Number.isFinite(energyJ), `an energy of ${energyJ}`);
    const idle = earlierIdleW(earlier.data);
    must(idle === null || Object.values(idle).every(Number.isFinite), 'an idle power that is no number');
    return true;
  },
};

const optionPieces = [
  ...[
    'drop',
    'late',
    'unplug',
    'garble',
    'slow',
    ':',
    ':',
    ',',
    '1e-4',
    '0.5',
    '1',
    '2',
    '1e-400',
    '.',
    '..',
    'e5',
  ],
  ...[
    '10',
    's',
    'ms',
    'm',
    'h',
    ' ',
    '-',
    '+',
    '0',
    '%',
    'Hz',
    'kJ',
    'Wh',
    'Infinity',
    '0x10',
    '1_000',
    '999999999',
  ],
];

const readers: readonly ((text: string) => unknown)[] = [
  (text) => {
    const { rates, lateMs, unplug } = parseFaults(text);
    const all = Object.values(rates);
    must(
      all.every((rate) => rate >= 0 && rate <= 1),
      `chances of ${all}`,
    );
    must(lateMs > 0 && (!unplug || (unplug.periodMs > 0 && unplug.awayMs > 0)), 'a time of nothing');
  },
  (text) => must(parseDurationMs(text) >= 0, 'a duration below 0'),
  (text) => must(parseEnergyJ(text) >= 0, 'an energy below 0'),
  (text) => must(parsePercent(text) >= 0, 'a percentage below 0'),
  (text) => must(parseRateHz(text) > 0, 'a rate of nothing'),
];

const options: Target = {
  name: 'options and fault lists',
  weight: 34.4,
  tryOne(random) {
    try {
      random.pick(readers)(babble(optionPieces, random));
      return true;
    } catch (error) {
      if (error instanceof UserError)
        must(error.exitCode === 2, `an option is refused with ${error.exitCode}`);
      throw error;
    }
  },
};

export const textTargets: readonly Target[] = [marks, maps, summaries, options];
