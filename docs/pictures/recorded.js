// The recording that pictures are made of: the built-in simulator's, around a command that marks what a training run does (docs/training.js).
import { spawnSync } from 'node:child_process';
import { readRested } from '#powerlog/report/rested.js';

/** On a machine that has much else to do it may take several tries to have a recording without gaps. */
export async function recordedWhole(path) {
  const exec = ['exec', '--port', 'sim:train', '--baseline', '0s', '--quiet', '--force', '--capture', path];
  for (let tries = 0; tries < 5; tries++) {
    powerlog(...exec, '--', 'node', 'docs/training.js');
    if ((await readRested(path)).summary.gaps.length === 0) break;
  }
  return path;
}

export function powerlog(...words) {
  const { status, stderr } = spawnSync(process.execPath, ['bin/powerlog.js', ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`powerlog ${words.join(' ')} ended with ${status}: ${stderr}`);
}
