import type { EndedStatus, Mark, MarkProblem } from '../../stream/command-event.js';
import type { RecordingEvent } from '../../stream/event.js';
import { exactSpan, type Span } from '../../trace/span.js';
import type { ChildEnd } from '../child/child.js';
import type { RunStatus } from '../figures/summaries.js';
import { problemsMax } from '../marks/marks.js';
import { type Phase, pairMarks } from '../marks/phases.js';

/** One run of a command, and what it marked. */
export interface LoggedRun {
  readonly argv: readonly string[];
  /** From 1, among the command's runs or among its warm-ups. */
  readonly number: number;
  readonly warmup: boolean;
  readonly status: RunStatus;
  readonly end: Pick<ChildEnd, 'exitCode' | 'signal' | 'pid' | 'failure'>;
  readonly span: Span;
  readonly phases: readonly Phase[];
  readonly problems: readonly MarkProblem[];
  /** Problems in all, of which `problems` may be the first. */
  readonly problemCount: number;
}

/** What was to be run. */
export interface LoggedPlan {
  readonly commands: readonly (readonly string[])[];
  readonly runs: number;
  readonly warmups: number;
  readonly idlePowerW: Readonly<Record<string, number>> | null;
}

interface OpenRun {
  readonly run: number;
  readonly command: number;
  readonly number: number;
  readonly warmup: boolean;
  readonly pid: number | null;
  readonly startNs: number;
  readonly marks: Mark[];
}

/**
 * What was run, from the events that tell of it: while it happens, and again from a capture. Events that tell of no run that
 * began are nothing.
 */
export class ExperimentLog {
  /** By command: its runs, and its warm-ups that did not go well. */
  readonly runs: LoggedRun[][] = [];
  /** Null where nothing was run. */
  last: LoggedRun | null = null;
  /** Null where the machine was not watched idle. */
  baseline: Span | null = null;
  readonly #commands: string[][] = [];
  #plan: Omit<LoggedPlan, 'commands'> = { runs: 1, warmups: 0, idlePowerW: null };
  #open: OpenRun | null = null;

  get plan(): LoggedPlan {
    return { ...this.#plan, commands: this.#commands };
  }

  /** Several runs or commands were planned, so that figures are means. */
  get repeated(): boolean {
    return this.#commands.length > 1 || this.#plan.runs > 1;
  }

  /** What is of the source is nothing to it. */
  take(event: RecordingEvent): void {
    switch (event.type) {
      case 'experiment':
        this.#plan = event;
        break;
      case 'command':
        this.#takeCommand(event.command, event.argv);
        break;
      case 'baseline':
        if (event.endNs >= event.startNs) this.baseline = exactSpan(event.startNs, event.endNs);
        break;
      case 'run-begin':
        this.endsAt(event.atNs);
        if (event.command < this.#commands.length) this.#open = { ...event, startNs: event.atNs, marks: [] };
        break;
      case 'marks':
        if (this.#open?.run === event.run) for (const mark of event.marks) this.#open.marks.push(mark);
        break;
      case 'run-end':
        if (this.#open?.run === event.run) this.#close(Math.max(event.atNs, this.#open.startNs), event);
        break;
    }
  }

  /** What runs still, ends there: the recording knows no more of it. */
  endsAt(atNs: number): void {
    if (!this.#open) return;
    const { startNs, marks } = this.#open;
    let lastNs = Math.max(startNs, atNs);
    for (const mark of marks) lastNs = Math.max(lastNs, mark.atNs);
    this.#close(lastNs, unknownEnd);
  }

  #takeCommand(command: number, argv: readonly string[]): void {
    if (command === this.#commands.length) {
      this.#commands.push([]);
      this.runs.push([]);
    }
    for (const argument of argv) this.#commands[command]?.push(argument);
  }

  #close(endNs: number, { status, exitCode, signal, failure, problems, problemCount }: KnownEnd): void {
    const { command, number, warmup, pid, startNs, marks } = this.#open!;
    this.#open = null;
    const paired = pairMarks(marks, endNs);
    this.last = {
      argv: this.#commands[command]!,
      ...{ number, warmup, status, span: exactSpan(startNs, endNs) },
      end: { exitCode, signal, pid, failure },
      phases: paired.phases,
      problems: [...problems, ...paired.problems].slice(0, problemsMax),
      problemCount: problemCount + paired.problems.length,
    };
    if (!warmup || status !== 'ok') this.runs[command]!.push(this.last);
  }
}

interface KnownEnd extends Pick<ChildEnd, 'exitCode' | 'signal' | 'failure'> {
  readonly status: EndedStatus | 'unended';
  readonly problems: readonly MarkProblem[];
  readonly problemCount: number;
}

const unknownEnd: KnownEnd = {
  ...{ status: 'unended', exitCode: null, signal: null, failure: null },
  ...{ problems: [], problemCount: 0 },
};
