import { instrumentWarnings } from '../../exec/earlier.js';
import { compareRuns, counts } from '../../exec/figures/repeated-runs.js';
import type { RepeatedRuns, RunSummary } from '../../exec/figures/summaries.js';
import type { BoardSummary, RepairedSummary } from '../../measure/summary.js';
import type { Warning } from '../../stream/warning.js';
import { namesOf } from '../sentences.js';
import {
  type ComparedComponents,
  type ComparedFigure,
  type ComparedPhaseRuns,
  comparedComponents,
  comparedFigure,
} from './compared-figure.js';
import { mapWarnings } from './maps.js';
import { comparedPhases } from './phase-energies.js';
import type { RunFile } from './run-file.js';

/** B's runs against A's. */
export interface ComparedRuns {
  readonly a: RunFile;
  readonly b: RunFile;
  /** Runs that count, of either. */
  readonly runs: readonly [number, number];
  readonly durationS: ComparedFigure;
  readonly components: ComparedComponents;
  readonly phases: readonly ComparedPhaseRuns[];
  readonly sentence: string;
  readonly warnings: readonly Warning[];
}

/** Holds the runs of a later recording against those of an earlier one. @throws UserError (badInput) */
export async function compareRunFiles(a: RunFile, b: RunFile): Promise<ComparedRuns> {
  const [first, second] = [a.commands.at(-1)!, b.commands.at(-1)!];
  const [runsA, runsB] = [first, second].map(({ runs }) => runs.filter(counts)) as [
    RunSummary[],
    RunSummary[],
  ];
  const names = namesOf(a.path, b.path);
  return {
    ...{ a, b, runs: [runsA.length, runsB.length] },
    durationS: comparedFigure(durationsOf(runsA), durationsOf(runsB)),
    components: comparedComponents(runsA, runsB),
    phases: await comparedPhases(a, b, runsA, runsB),
    sentence: compareRuns([first, second], names).sentence,
    warnings: [
      ...instrumentWarnings(boardsOf(b.summary), boardsOf(a.summary).map(earlier)),
      ...mapWarnings(a.summary.map, b.summary.map),
      ...commandWarnings(first, second),
    ],
  };
}

const durationsOf = (runs: readonly RunSummary[]): number[] => runs.map(({ duration_s }) => duration_s);

const boardsOf = ({ board, tracks }: RepairedSummary): BoardSummary[] => {
  const ofTracks = (tracks ?? []).flatMap((track) => ('board' in track && track.board ? [track.board] : []));
  return ofTracks.length > 0 ? ofTracks : [board];
};

/** As much of a board as an earlier summary is asked for. */
const earlier = ({ uid, product, firmware, calibration }: BoardSummary) => ({
  ...{ uid, product, firmware },
  calibration: calibration && { sha256: calibration.sha256 },
});

function commandWarnings(a: RepeatedRuns, b: RepeatedRuns): Warning[] {
  const [was, is] = [a, b].map(({ argv }) => argv.join(' '));
  if (was === is || was === '' || is === '') return [];
  return [{ code: 'other-command', message: `the commands differ: '${was}' then, '${is}' now` }];
}
