import { spawn } from 'node:child_process';
import { fromRoot } from '../workshop.js';
import type { Finding } from './findings.js';

interface Fuzzed {
  readonly target: string;
  readonly inputs: number;
  readonly refused: number;
  readonly failures: readonly string[];
}

/** Runs the fuzzer over all its targets. */
export async function fuzz(count: number): Promise<Finding> {
  const startMs = performance.now();
  const child = spawn(
    process.execPath,
    [fromRoot('test/fuzz/build/run.js'), '--count', String(count), '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  const results = JSON.parse(text) as Fuzzed[];
  const sum = (figure: (each: Fuzzed) => number) => results.reduce((total, each) => total + figure(each), 0);
  const inputs = sum((each) => each.inputs);
  return {
    group: 'fuzz',
    kind: 'foreign bytes',
    samples: 0,
    injected: inputs,
    detected: sum((each) => each.refused),
    recovered: inputs - sum((each) => each.failures.length),
    rowsWrong: 0,
    lostBeyondGaps: 0,
    recoveryMs: null,
    forbidden: 0,
    failures: results.flatMap(({ target, failures }) => failures.map((failure) => `${target}: ${failure}`)),
    note: results.map(({ target, inputs: n }) => `${target} ${n.toLocaleString('en-US')}`).join(', '),
    tookS: (performance.now() - startMs) / 1000,
  };
}
