/** What powerlog sends of a run of one board: powers in whole watts, so that sums of them are exact. */
export interface SampledRun {
  readonly board: string;
  readonly host: string;
  readonly run: string;
  readonly startMs: number;
  readonly count: number;
  readonly everyMs: number;
  /** With `--influx-rate`: means of intervals, and their extremes. */
  readonly means: boolean;
}

const shares = { system: 10, cpu: 2, gpu: 6, motherboard: 2 } as const;
const railNames = 'eps1 eps2 atx_3v3 atx_5v atx_5vsb atx_12v pcie1 pcie2 pcie3 hpwr1 hpwr2 slot'.split(' ');

/** Power of the whole system at each sample, in W. */
export const systemPower = (n: number): number => 10 * (10 + (n % 7));

/** Numbers by the names of their columns. */
export function fieldsAt(n: number, means: boolean, everyMs: number): Readonly<Record<string, number>> {
  const fields: Record<string, number> = {};
  const power = (name: string, watts: number): void => {
    fields[`${name}_power_w`] = watts;
    if (!means) return;
    fields[`${name}_power_w_min`] = watts - 1;
    fields[`${name}_power_w_max`] = watts + 1;
  };
  for (const [name, share] of Object.entries(shares)) power(name, (systemPower(n) * share) / 10);
  for (const rail of railNames) {
    power(rail, systemPower(n) / 10);
    fields[`${rail}_voltage_v`] = 12;
  }
  if (means) fields.interval_s = everyMs / 1000;
  return fields;
}

/** Line protocol with stamps in ms. */
export function* linesOf({
  board,
  host,
  run,
  startMs,
  count,
  everyMs,
  means,
}: SampledRun): Generator<string> {
  const tags = `board=${board.replaceAll(' ', '\\ ')},host=${host},run=${run}`;
  for (let n = 0; n < count; n++) {
    const fields = Object.entries(fieldsAt(n, means, everyMs)).map(([name, value]) => `${name}=${value}`);
    yield `powerlog,${tags} ${fields.join(',')} ${startMs + n * everyMs}`;
  }
  const mark = (kind: string, fields: string, atMs: number): string =>
    `powerlog_marks,${tags},kind=${kind},mark=train\\ it name="train it",${fields} ${startMs + atMs}`;
  yield mark('begin', 'count=0', 1000);
  yield mark('point', 'count=3', 2000);
  yield mark('end', 'count=100', 5000);
  const energies = 'system_energy_j=520,gpu_energy_j=312';
  yield mark('phase', `count=100,duration_s=4,end_unix_ms=${startMs + 5000},${energies}`, 1000);
}

/** A bench that reports until the end, with two runs before, and one that has been silent for two hours; all within four. */
export function sampledRuns(endMs: number, means: boolean): readonly SampledRun[] {
  const before = (seconds: number): number => endMs - seconds * 1000;
  const a = { board: 'Bench A/1', host: 'alpha', everyMs: 20 };
  return [
    { ...a, run: '20260101T000000Z', startMs: before(9000.3), count: 300, means },
    { ...a, run: '20260101T010000Z', startMs: before(5000.05), count: 600, means: true },
    { ...a, run: 'last', startMs: before(12.01), count: 600, means },
    { board: 'b', host: 'beta', run: 'last', startMs: before(8000), count: 300, everyMs: 100, means },
  ];
}
