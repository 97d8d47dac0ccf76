import { ExitCode } from '../errors.js';
import type { Summary } from '../measure/summary.js';
import { notice } from './terminal/notices.js';

/** Holds a recording against `--min-coverage`, a share; says where it falls short, and returns the exit code. */
export function coverageExit({ coverage }: Summary, least: number | undefined): ExitCode {
  if (least === undefined || (coverage ?? 0) >= least) return ExitCode.done;
  const found = coverage === null ? 'not known' : `${(coverage * 100).toFixed(2)} %`;
  notice(`coverage is ${found}, less than the ${least * 100} % asked for with --min-coverage`);
  return ExitCode.limitNotMet;
}
