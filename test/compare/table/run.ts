/**
 * `node test/compare/build/compare/table/run.js [--cases 500] [--lanes N] [--only GROUP] [--load KIND] [--seed N] [--scores F]
 * [--resume F] [--json]`: the estimator against pairs whose truth is known. `--seed` with `--load` and `--only` prints one case in
 * full. `--resume` goes on behind the scores that `--scores` wrote where it was ended early; of the same estimator, as one knows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { LoadKind } from '../pairs/loads.js';
import { makePair } from '../pairs/pair.js';
import { type CaseName, type Group, plan, recipeOf } from './plan.js';
import { printed, tabulate } from './rows.js';
import { compared, inSeconds, type Score, score } from './score.js';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '500' },
    lanes: { type: 'string', default: String(cpus().length) },
    only: { type: 'string', multiple: true },
    load: { type: 'string', multiple: true },
    seed: { type: 'string' },
    scores: { type: 'string' },
    resume: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

interface Failed extends CaseName {
  readonly failed: string;
}

async function scoreAll(names: readonly CaseName[], lanes: number): Promise<(Score | Failed)[]> {
  const results: (Score | Failed)[] = [];
  // Every kind of load in turn, so that what is done early is of all of them.
  const queue = [...names].sort((a, b) => b.seed - a.seed);
  const startMs = performance.now();
  // Ended early, the table is of what was done by then.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      queue.length = 0;
    });
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      const worker = new Worker(new URL('worker.js', import.meta.url));
      for (let name = queue.pop(); name; name = queue.pop()) {
        results.push(
          await new Promise<Score | Failed>((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
            worker.postMessage(name);
          }),
        );
        worker.removeAllListeners('error');
        if (results.length % 100 === 0) {
          const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
          process.stderr.write(`${results.length} of ${names.length} cases, ${seconds} s\n`);
        }
      }
      await worker.terminate();
    }),
  );
  return results;
}

if (values.seed) {
  const name = {
    group: values.only![0] as Group,
    load: values.load![0] as LoadKind,
    seed: Number(values.seed),
  };
  const pair = makePair(recipeOf(name));
  const { aligned: _, ...rest } = compared(pair);
  const { over, ...truth } = pair.truth;
  const energies = over(...rest.spans.map(inSeconds));
  const { cpuMs } = score(name, pair.recipe);
  process.stdout.write(
    `${JSON.stringify({ recipe: pair.recipe, truth, energies, comparison: rest, cpuMs }, null, 1)}\n`,
  );
} else {
  const names = plan(Number(values.cases)).filter(
    ({ group, load }) =>
      (!values.only || values.only.includes(group)) && (!values.load || values.load.includes(load)),
  );
  const before: { readonly scores: readonly Score[] } = values.resume
    ? JSON.parse(readFileSync(values.resume, 'utf8'))
    : { scores: [] };
  const nameOf = ({ group, load, seed }: CaseName) => `${group} ${load} ${seed}`;
  const wanted = new Set(names.map(nameOf));
  const kept = before.scores.filter((score) => wanted.has(nameOf(score)));
  const done = new Set(kept.map(nameOf));
  const left = names.filter((name) => !done.has(nameOf(name)));
  const results = [...kept, ...(await scoreAll(left, Number(values.lanes)))];
  const failures = results.filter((result): result is Failed => 'failed' in result);
  const scores = results.filter((result): result is Score => !('failed' in result));
  if (values.scores) writeFileSync(values.scores, JSON.stringify({ scores, failures }));
  const table = tabulate(scores);
  process.stdout.write(values.json ? JSON.stringify({ table, failures }) : printed(table));
  for (const { group, load, seed, failed } of failures.slice(0, 20))
    process.stderr.write(`${group} ${load} ${seed}: ${failed}\n`);
  if (failures.length > 0) process.exitCode = 1;
}
