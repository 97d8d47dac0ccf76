import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A folder for one test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-feeds-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Asks until there is something. */
export async function until<Value>(
  ask: () => Promise<Value>,
): Promise<Exclude<Value, null | undefined | false>> {
  for (;;) {
    const found = await ask();
    if (found) return found as Exclude<Value, null | undefined | false>;
    await sleep(50);
  }
}
