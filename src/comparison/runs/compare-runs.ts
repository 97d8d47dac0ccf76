import { shortDigest } from '../../board/calibration.js';
import { inputError } from '../../errors.js';
import { instrumentWarnings } from '../../exec/earlier.js';
import { compareRuns, counts } from '../../exec/figures/repeated-runs.js';
import type { RepeatedRuns, RunSummary } from '../../exec/figures/summaries.js';
import type { BoardSummary, RepairedSummary } from '../../measure/summary.js';
import type { Warning } from '../../stream/warning.js';
import { namesOf } from '../sentences.js';
import { boardsText } from './boards.js';
import {
  type ComparedComponents,
  type ComparedFigure,
  type ComparedPhaseRuns,
  comparedComponents,
  comparedFigure,
} from './compared-figure.js';
import { mapWarnings } from './maps.js';
import { comparedPhases } from './phase-energies.js';
import type { CommandRuns, RunFile } from './run-file.js';

/** The runs of one command in B against those in A. */
export interface ComparedRuns {
  readonly a: RunFile;
  readonly b: RunFile;
  /** Of which command, where there are several; null where there is one. */
  readonly command: readonly string[] | null;
  /** Runs that count, of either. */
  readonly runs: readonly [number, number];
  readonly durationS: ComparedFigure;
  readonly components: ComparedComponents;
  readonly phases: readonly ComparedPhaseRuns[];
  readonly sentence: string;
  readonly warnings: readonly Warning[];
}

/**
 * Holds the runs of a later recording against those of an earlier one, command by command.
 * @throws UserError (badInput) where they ran none that is the same
 */
export async function compareRunFiles(a: RunFile, b: RunFile): Promise<ComparedRuns[]> {
  const isSingle = a.commands.length === 1 && b.commands.length === 1;
  // What a single command was called may be just what was changed.
  const pairs = isSingle ? [[a.commands[0]!, b.commands[0]!] as const] : pairsOf(a, b);
  const alone = [...a.commands, ...b.commands].filter((each) => !pairs.flat().includes(each));
  const warnings = alone.map(
    (each): Warning => ({
      code: 'other-command',
      message: `only one of the two ran '${lineOf(each)}', which is left out`,
    }),
  );
  const compared: ComparedRuns[] = [];
  for (const pair of pairs) {
    const runs = await compareCommand(a, b, pair, isSingle ? null : pair[0].argv);
    compared.push({ ...runs, warnings: [...runs.warnings, ...warnings] });
  }
  return compared;
}

const lineOf = ({ argv }: RepeatedRuns): string => argv.join(' ');

/** Commands that both ran, told by their words; of those that were run several times the first is held against the first. */
function pairsOf(a: RunFile, b: RunFile): (readonly [CommandRuns, CommandRuns])[] {
  const left = [...b.commands];
  const pairs = a.commands.flatMap((command) => {
    const at = left.findIndex((each) => lineOf(each) === lineOf(command));
    return at < 0 ? [] : left.splice(at, 1).map((other) => [command, other] as const);
  });
  if (pairs.length > 0) return pairs;
  const list = ({ path, commands }: RunFile) =>
    `${path} ran ${commands.map((each) => `'${lineOf(each)}'`).join(' and ')}`;
  throw inputError(`the two have no command in common: ${list(a)}, ${list(b)}`);
}

async function compareCommand(
  a: RunFile,
  b: RunFile,
  [first, second]: readonly [CommandRuns, CommandRuns],
  command: readonly string[] | null,
): Promise<ComparedRuns> {
  const [runsA, runsB] = [first, second].map(({ runs }) => runs.filter(counts)) as [
    RunSummary[],
    RunSummary[],
  ];
  const called = (name: string, { boards }: RunFile) => {
    const of = boards ? `${name} (${boardsText(boards)})` : name;
    return command === null ? of : `${of}: ${command.join(' ')}`;
  };
  const [nameA, nameB] = namesOf(a.path, b.path);
  return {
    ...{ a, b, command, runs: [runsA.length, runsB.length] },
    durationS: comparedFigure(durationsOf(runsA), durationsOf(runsB)),
    components: comparedComponents(runsA, runsB),
    phases: await comparedPhases(
      { ...first, runs: runsA, evaluate: a.evaluate },
      { ...second, runs: runsB, evaluate: b.evaluate },
    ),
    sentence: compareRuns([first, second], [called(nameA, a), called(nameB, b)]).sentence,
    warnings: [
      ...a.warnings,
      ...b.warnings,
      ...instrumentWarnings(boardsOf(b.summary), boardsOf(a.summary).map(earlier)),
      ...calibrationWarnings(a.summary, b.summary),
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

/** One that was read as a calibration makes it, and one that was not, or by another, differ by what that does. */
function calibrationWarnings(a: RepairedSummary, b: RepairedSummary): Warning[] {
  const [was, is] = [a, b].map(({ calibration }) => (calibration ? shortDigest(calibration.sha256) : 'none'));
  if (was === is) return [];
  const message = `the calibrations of the rails differ (${was} then, ${is} now): part of the difference is theirs`;
  return [{ code: 'other-calibration', message }];
}

function commandWarnings(a: RepeatedRuns, b: RepeatedRuns): Warning[] {
  const [was, is] = [a, b].map(lineOf);
  if (was === is || was === '' || is === '') return [];
  return [{ code: 'other-command', message: `the commands differ: '${was}' then, '${is}' now` }];
}
