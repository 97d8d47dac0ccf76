import { readFile } from 'node:fs/promises';
import { errorText, inputError, systemErrorCode } from '../errors.js';
import type { PerComponent } from '../measure/summary.js';
import {
  type EarlierSummary,
  earlierEnergyJ,
  earlierIdleW,
  earlierSummarySchema,
} from '../schema/earlier-summary.js';
import { issueText } from '../schema/issue-text.js';

/** The idle power that `--baseline FILE` gives. @throws UserError (badInput) */
export async function readIdlePower(path: string): Promise<PerComponent<number>> {
  const idle = earlierIdleW(await readSummary(path));
  if (!idle)
    throw inputError(
      `${path}: holds no idle power; record one with \`powerlog record --duration 30s --out idle.csv\` while nothing runs`,
    );
  return idle;
}

/** The energy that `--baseline-run FILE` gives, J. @throws UserError (badInput) */
export async function readEarlierEnergy(path: string): Promise<number> {
  const energyJ = earlierEnergyJ(await readSummary(path));
  if (energyJ === null || energyJ <= 0)
    throw inputError(
      `${path}: holds no energy of a command that went well; expected a summary that \`powerlog exec --out\` wrote`,
    );
  return energyJ;
}

async function readSummary(path: string): Promise<EarlierSummary> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    const what = missing ? 'no such file' : errorText(error).split('\n')[0];
    throw inputError(`${path}: the summary cannot be read: ${what}; expected a run.summary.json`, error);
  }
  const parsed = earlierSummarySchema.safeParse(json);
  if (!parsed.success) throw inputError(`${path}: ${issueText(parsed.error)}`);
  return parsed.data;
}
