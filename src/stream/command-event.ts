/*
 * What `exec` says in the stream of a recording, so that everything that it measured can be told from the stream alone.
 * Instants are whole ns since the recording began.
 */

/** What a mark says: a phase begins, a phase ends, or something happened. */
export type MarkKind = 'begin' | 'end' | 'point';

/** One instant that a command marked. */
export interface Mark {
  readonly kind: MarkKind;
  readonly name: string;
  /** Steps, tokens, images, …; null where the line gives none. */
  readonly count: number | null;
  readonly atNs: number;
  /** How far it may be off: 0 where the command took the time itself. */
  readonly uncertaintyNs: number;
  /** Its line in the file, from 1; or its number among the marks of the output. */
  readonly line: number;
  /** From what the command wrote to standard output, as `--mark-output` says. */
  readonly fromOutput?: true;
}

/** A line, or a part of one, that could not be taken as it stands. */
export interface MarkProblem {
  /** From 1; null where the problem is not one line's. */
  readonly line: number | null;
  readonly message: string;
}

/** Only what went well is in means, intervals and tests. Interrupted: somebody wanted an end while it ran. */
export type EndedStatus = 'ok' | 'failed' | 'interrupted';

/** What is going to be run; the commands follow. It stands in front of the first sample. */
interface ExperimentEvent {
  readonly type: 'experiment';
  readonly atNs: number;
  /** How many commands, how often each is run, and how often before that without counting. */
  readonly commands: number;
  readonly runs: number;
  readonly warmups: number;
  /** What an idle machine draws, by component, where a file said so; null where it was to be measured, or not at all. */
  readonly idlePowerW: Readonly<Record<string, number>> | null;
}

/** What is run. Arguments beyond what one event can hold come in more of them, one behind the other. */
export interface CommandLineEvent {
  readonly type: 'command';
  readonly atNs: number;
  /** From 0. */
  readonly command: number;
  readonly argv: readonly string[];
}

/** The stretch that idle power is measured over. */
interface BaselineEvent {
  readonly type: 'baseline';
  readonly startNs: number;
  readonly endNs: number;
}

/** A run begins: the instant was taken before there was a process. */
interface RunBeginEvent {
  readonly type: 'run-begin';
  readonly atNs: number;
  /** From 0, over all that was run. */
  readonly run: number;
  readonly command: number;
  /** From 1, among the command's runs, or among its warm-ups. */
  readonly number: number;
  readonly warmup: boolean;
  /** Null where it could not be run. */
  readonly pid: number | null;
}

export interface MarksEvent {
  readonly type: 'marks';
  readonly run: number;
  readonly marks: readonly Mark[];
}

/** A run has ended, at the instant at which that was known. No more marks of it follow. */
interface RunEndEvent {
  readonly type: 'run-end';
  readonly atNs: number;
  readonly run: number;
  readonly status: EndedStatus;
  /** Null where a signal ended it, and where it could not be run. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why it could not be run; null where it ran. */
  readonly failure: string | null;
  /** The first of those that its marks had by themselves. */
  readonly problems: readonly MarkProblem[];
  readonly problemCount: number;
}

export type CommandEvent =
  | ExperimentEvent
  | CommandLineEvent
  | BaselineEvent
  | RunBeginEvent
  | MarksEvent
  | RunEndEvent;
