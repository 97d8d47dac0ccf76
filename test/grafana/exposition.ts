import { fieldsAt, sampledRuns, systemPower } from './samples.js';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number, atS?: number];

/** A family of metrics as OpenMetrics writes it. */
interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'info';
  readonly samples: readonly Sample[];
}

const suffixes = { counter: '_total', gauge: '', info: '_info' } as const;

function text(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, samples }) => [
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value, atS]) => {
      const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
      return `${name}${suffixes[type]}{${pairs.join(',')}} ${value}${atS === undefined ? '' : ` ${atS}`}`;
    }),
  ]);
  return `${lines.join('\n')}\n# EOF\n`;
}

const components = ['system', 'cpu', 'gpu', 'motherboard'] as const;

/** What a bench counts, as `--metrics` serves it. */
interface Counted {
  readonly board: string;
  /** Where it is scraped, in what is written afterwards. */
  readonly instance?: string;
  readonly atS?: number;
  /** Of the recording. */
  readonly seconds: number;
  readonly gaps: number;
}

function metricsOf(counted: readonly Counted[]): string {
  const samples = (make: (of: Counted) => readonly (readonly [Labels, number])[]): readonly Sample[] =>
    counted.flatMap((of) => {
      const own = { board: of.board, ...(of.instance && { instance: of.instance }) };
      return make(of).map(([labels, value]): Sample => {
        const all = { ...own, ...labels };
        return of.atS === undefined ? [all, value] : [all, value, of.atS];
      });
    });
  const parts = [...components.map((component) => ({ component })), { rail: 'eps1' }, { rail: 'pcie1' }];
  const gauge = (name: string, value: number): Family => ({
    name,
    type: 'gauge',
    samples: samples(() => parts.map((part) => [part, value])),
  });
  return text([
    gauge('powerlog_power_watts', 100),
    gauge('powerlog_power_min_watts', 90),
    gauge('powerlog_power_max_watts', 110),
    {
      name: 'powerlog_voltage_volts',
      type: 'gauge',
      samples: samples(() => [[{ rail: 'eps1' }, 12]]),
    },
    {
      name: 'powerlog_energy_joules',
      type: 'counter',
      samples: samples(({ seconds }) => parts.map((part) => [part, 100 * seconds])),
    },
    { name: 'powerlog_samples', type: 'counter', samples: samples(({ seconds }) => [[{}, 1000 * seconds]]) },
    { name: 'powerlog_gaps', type: 'counter', samples: samples(({ gaps }) => [[{}, gaps]]) },
    { name: 'powerlog_coverage_ratio', type: 'gauge', samples: samples(() => [[{}, 0.999]]) },
    { name: 'powerlog_build', type: 'info', samples: samples(() => [[{ version: '0.1.0' }, 1]]) },
  ]);
}

/** What is served now, by a bench that has recorded for half an hour. */
export const servedNow = (): string => metricsOf([{ board: 'a', seconds: 1800, gaps: 2 }]);

const everyS = 30;

/**
 * What Prometheus scraped in the four hours before: a bench whose recording began anew and had a gap, one that is silent since two
 * hours, and one whose board has gone.
 */
export function scrapedBefore(endS: number): string {
  const counted: Counted[] = [];
  for (let n = 0; n < (4 * 3600) / everyS; n++) {
    const seconds = n * everyS;
    const atS = endS - 4 * 3600 + seconds;
    const isSecond = seconds >= 9000;
    counted.push({
      ...{ board: 'a', instance: 'alpha:9709', atS, seconds: isSecond ? seconds - 9000 : seconds },
      gaps: seconds >= 4500 && !isSecond ? 1 : 0,
    });
    if (seconds < 7200) counted.push({ board: 'b', instance: 'beta:9709', atS, seconds, gaps: 0 });
    counted.push({ board: 'c', instance: 'gamma:9709', atS, seconds: Math.min(seconds, 3600), gaps: 0 });
  }
  return metricsOf(counted);
}

/** The runs that are sent as line protocol, as series of a database that is asked in PromQL. */
export function pushedBefore(endMs: number): string {
  const families = new Map<string, Sample[]>();
  const add = (name: string, sample: Sample): void => {
    if (!families.has(name)) families.set(name, []);
    families.get(name)!.push(sample);
  };
  for (const { board, host, run, startMs, count, everyMs } of sampledRuns(endMs, true)) {
    const labels = { board, host, run };
    for (let n = 0; n < count; n++)
      for (const [name, value] of Object.entries(fieldsAt(n, true, everyMs)))
        add(`powerlog_${name}`, [labels, value, (startMs + n * everyMs) / 1000]);
    for (const [kind, s] of Object.entries({ begin: 1, point: 2, end: 5, phase: 1 }))
      add('powerlog_marks_name', [{ ...labels, kind, mark: 'train it' }, 0, startMs / 1000 + s]);
    add('powerlog_marks_duration_s', [{ ...labels, kind: 'phase', mark: 'train it' }, 4, startMs / 1000 + 1]);
    add('powerlog_marks_system_energy_j', [
      { ...labels, kind: 'phase', mark: 'train it' },
      systemPower(0),
      startMs / 1000 + 1,
    ]);
  }
  return text([...families].map(([name, samples]) => ({ name, type: 'gauge', samples })));
}
