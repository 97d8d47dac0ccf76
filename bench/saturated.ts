import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { type Effort, type Findings, short, table } from './claims.js';
import { cReader, liveReaders, ours, type Run } from './readers.js';
import { median, overRepeats, pairedRatio, type Spacing } from './stats.js';
import { peer, type Workshop } from './workshop.js';

/** As data loaders do: so many busy processes for each core. */
const busyPerCore = 4;
/** A board is no process that waits for its turn, so neither is its model, where that is allowed. */
const asHardware = ['chrt', '--rr', '50'];
/** What a board's model is started with. */
export const boardPriority = (): readonly string[] =>
  spawnSync(asHardware[0]!, [...asHardware.slice(1), 'true']).status === 0 ? asHardware : [];

/** Both readers at the same time, each on a board of its own, beside far more busy processes than there are cores. */
export async function saturated(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const prefix = boardPriority();
  const [ourPort, theirPort] = [
    await workshop.board(1, 'benchlab', prefix),
    await workshop.board(1, 'benchlab', prefix),
  ];
  const readers = liveReaders(workshop);
  const logger = readers.find(({ name }) => name === ours)!;
  const reference = readers.find(({ name }) => name === cReader);
  const ourRuns: Run[] = [];
  const cRuns: Run[] = [];
  const busy = cpus().length * busyPerCore;
  for (let repeat = 0; repeat < effort.repeats; repeat++) {
    say(`${busy} busy processes, ${repeat + 1} of ${effort.repeats}`);
    const load = Array.from({ length: busy }, () =>
      workshop.start([process.execPath, peer('busy.mjs'), String(effort.longSeconds + 30)], 'ignore'),
    );
    const [ourRun, cRun] = await Promise.all([
      logger.run(ourPort, effort.longSeconds),
      reference?.run(theirPort, effort.longSeconds),
    ]);
    for (const each of load) each.kill('SIGKILL');
    ourRuns.push(ourRun);
    if (cRun) cRuns.push(cRun);
  }
  const rates = (runs: readonly Run[]) => runs.map(({ rateHz }) => rateHz);
  const spacing = (runs: readonly Run[]) => overRepeats(runs.map((run) => run.spacing!));
  const row = (name: string, runs: readonly Run[]): string[][] => {
    if (runs.length === 0) return [];
    const { p50, p99, p999, max }: Spacing = spacing(runs);
    return [[name, ...[median(rates(runs)), p50, p99, p999, max].map(short)]];
  };
  return {
    claims: [
      {
        what: "rate on a saturated machine over the C reader's beside it",
        ...pairedRatio(rates(ourRuns), rates(cRuns)),
        sense: 'at least',
        target: 1,
      },
      {
        what: 'gaps on a saturated machine',
        value: Math.max(...ourRuns.map(({ gaps }) => gaps!)),
        sense: 'at most',
        target: 0,
      },
      {
        what: 'longest interval on a saturated machine',
        value: spacing(ourRuns).max / 1000,
        sense: 'at most',
        target: 10,
        unit: 'ms',
      },
    ],
    section: [
      '## On a saturated machine',
      `${busy} processes compute on ${cpus().length} cores, as data loaders do, while both readers sample a board each that answers after ` +
        `1 ms, for ${effort.longSeconds} s, ${effort.repeats} times. The C reader has the default priority; powerlog's sampling thread ran at ` +
        `${[...new Set(ourRuns.map(({ priority }) => `\`${priority}\``))].join(', ')}. The models of the boards ` +
        `${prefix.length > 0 ? 'run in real time, since a board waits for no process' : 'compete with everything else, which a board does not'}.`,
      table(
        ['reader', 'samples per second', 'interval p50, µs', 'p99', 'p99.9', 'max'],
        [...row(cReader, cRuns), ...row(ours, ourRuns)],
      ),
    ].join('\n\n'),
  };
}
