import type { Recalled } from '../../exec/figures/recall.js';
import type { CommandSummary, PhaseSummary, RepeatedRuns } from '../../exec/figures/summaries.js';
import { execPartsSchema } from '../../schema/exec-parts.js';

/** What `exec` measured, in the words of a summary. */
export interface Told {
  /** Null where nothing was run. */
  readonly command: CommandSummary | null;
  /** Of several commands each has its own, in `runs`. */
  readonly phases: readonly PhaseSummary[];
  /** Where there were several runs or commands. */
  readonly runs: readonly RepeatedRuns[];
}

export const nothingTold: Told = { command: null, phases: [], runs: [] };

export const toldBy = (recalled: Recalled | null): Told =>
  recalled ? { command: recalled.command, phases: recalled.phases, runs: recalled.repeated } : nothingTold;

/** What stands in a summary; nothing where it is not what `exec` writes. */
export function toldIn(summary: object): Told {
  if (!execPartsSchema.safeParse(summary).success) return nothingTold;
  const { command, phases, runs } = summary as Partial<Told>;
  return { command: command ?? null, phases: phases ?? [], runs: runs ?? [] };
}

/** All phases, of several commands too. */
export const phasesOf = ({ phases, runs }: Told): PhaseSummary[] => [
  ...phases,
  ...runs.flatMap((each) => each.phases ?? []),
];
