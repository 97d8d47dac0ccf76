import { delimiter, join } from 'node:path';
import { errorText } from '../../errors.js';
import type { Mark, MarkProblem } from '../../stream/command-event.js';
import { packageFolder } from '../../tool.js';
import { type ChildEnd, startChild } from '../child/child.js';
import type { SignalRelay } from '../child/signals.js';
import { MarksReader } from '../marks/marks.js';
import { MarksFile } from '../marks/marks-file.js';
import type { OutputTap, TapOptions } from '../output/output-tap.js';

interface MarkedRunOptions {
  readonly argv: readonly string[];
  /** The recording's instant 0 on CLOCK_MONOTONIC. */
  readonly originNs: bigint;
  readonly relay: SignalRelay;
  /** Patterns for its standard output; without, that is handed through. */
  readonly markOutput: readonly string[];
  /** Called as soon as it runs, or cannot be run. */
  readonly onBegin: (pid: number | null, atNs: number) => void;
  /** Called with each mark, as soon as it is known. */
  readonly onMark: (mark: Mark) => void;
}

/** How a run of a command ended. Instants in ns since the recording began. */
interface MarkedRun {
  readonly end: ChildEnd;
  readonly endNs: number;
  /** What marks had by themselves. */
  readonly problems: readonly MarkProblem[];
  /** Problems in all, of which `problems` may be the first. */
  readonly problemCount: number;
}

/** Where the module for Python lies, in the package as in a checkout. */
const pythonPath = join(packageFolder, 'src/exec/python');

/** Runs a command to its end, with a file for its marks. Whatever goes wrong with the marks, the command runs. */
export async function runMarked(options: MarkedRunOptions): Promise<MarkedRun> {
  const { argv, originNs, relay, markOutput, onBegin } = options;
  const sinceNs = (ns: bigint): number => Number(ns - originNs);
  const troubles: MarkProblem[] = [];
  const trouble = (message: string): void => void troubles.push({ line: null, message });

  let commandEndNs = Number.POSITIVE_INFINITY;
  // Its last lines are seen when it is gone. All who are told of a mark shall put it where the figures do.
  const onMark = (mark: Mark): void => {
    const isSeenLate = mark.uncertaintyNs > 0 && mark.atNs > commandEndNs;
    options.onMark(isSeenLate ? { ...mark, atNs: commandEndNs } : mark);
  };
  const marks = new MarksReader({ originNs, childStartNs: sinceNs(process.hrtime.bigint()), onMark });
  const file = await MarksFile.create((bytes, seenNs) => marks.push(bytes, sinceNs(seenNs))).catch(
    (error: unknown) => trouble(errorText(error)),
  );
  const tap = await openTap({
    patterns: markOutput,
    onMark: (mark) => marks.takeOutput(mark, sinceNs(mark.seenNs)),
    onProblem: trouble,
  });
  const environment = childEnvironment(file?.path);
  const child = startChild(argv, environment, tap ? ['inherit', tap.commandFd, 'inherit'] : 'inherit');
  relay.attach(child);
  onBegin(child.pid, sinceNs(child.startNs));
  tap?.handedOver(child);
  const end = await child.ended;
  commandEndNs = sinceNs(end.endNs);
  relay.attach(null);
  await tap?.finish(relay);
  await file?.finish().catch((error: unknown) => trouble(`the marks could not be read: ${errorText(error)}`));
  marks.end(sinceNs(process.hrtime.bigint()));
  if (file?.truncated)
    trouble('the marks file was cut short by the command: marks are appended with >>, not >');
  return {
    end,
    endNs: commandEndNs,
    problems: [...troubles, ...marks.problems],
    problemCount: troubles.length + marks.problemCount,
  };
}

async function openTap(options: TapOptions): Promise<OutputTap | null> {
  if (options.patterns.length === 0) return null;
  const { OutputTap } = await import('../output/output-tap.js');
  return OutputTap.open(options).catch((error: unknown) => {
    options.onProblem(`marks cannot be read from the command's output: ${errorText(error)}`);
    return null;
  });
}

/** The user's own, and what marks need; our directory goes before the user's PYTHONPATH, which stays as it is. */
function childEnvironment(marksPath: string | undefined): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env.POWERLOG_MARKS; // of a powerlog around this one
  if (marksPath !== undefined) env.POWERLOG_MARKS = marksPath;
  env.PYTHONPATH = env.PYTHONPATH ? `${pythonPath}${delimiter}${env.PYTHONPATH}` : pythonPath;
  return env;
}
