import { parentPort } from 'node:worker_threads';
import { type CaseName, recipeOf } from './plan.js';
import { score } from './score.js';

/** One case at a time, so that threads that got easy ones take more. */
parentPort!.on('message', (name: CaseName) => {
  try {
    parentPort!.postMessage(score(name, recipeOf(name)));
  } catch (error) {
    parentPort!.postMessage({
      ...name,
      failed: error instanceof Error ? (error.stack ?? '') : String(error),
    });
  }
});
