import type { ClockAnchor } from '../clock.js';
import type { SensorColumn, SensorDevice, SensorDoubtCode, SensorIdentity } from './sensor.js';

/*
 * What reads one kind of sensor. It runs in the sensors' process (`process/sensor-worker.ts`), which schedules it, counts on over
 * its counters' wraps, and hands on what it read; it may block there for as long as the vendor's own call takes. To add a kind:
 * a file with its `SensorKind`, and a line in `kinds.ts`.
 */

/** One kind of sensor, as `--with` names it. */
export interface SensorKind {
  readonly id: string;
  /** Its readings can hang for good, or its library is not to be trusted: it has a process for itself. */
  readonly alone?: boolean;
  /** What may stand behind a colon, to have it read one way alone. */
  readonly ways?: readonly string[];
  /** It reads graphics cards, and nothing else. */
  readonly isOfGraphics?: boolean;
  /** Another way to read what a kind before it reads: not in `--with auto`. */
  readonly isSecond?: boolean;
  /** Not in `--with auto` where one of these is there. */
  readonly autoUnless?: readonly string[];
  /**
   * Finds it and reads it once.
   * @throws SensorTrouble where it is missing, forbidden or silent; what else is thrown becomes `sensor-missing`
   */
  open(environment: ReaderEnvironment): Promise<SensorReader>;
}

/** What a reader is given. */
export interface ReaderEnvironment {
  /** What stands behind the colon: of `exec:COMMAND` the command; empty for most. */
  readonly argument: string;
  /** Where sysfs is: `/sys`, or what a test set `POWERLOG_SYS` to. */
  readonly sysfs: string;
  /** ms between two readings, where the user fixed that; for a program that is told its pace when it is started. */
  readonly intervalMs: number | null;
  /** All of it is read at each reading, whatever that costs: what is wanted to be known is the sensor. */
  readonly thorough: boolean;
  /** The devices that it had before it was lost: each keeps its prefix, since that is all that tells its columns from another's. */
  readonly known: readonly SensorDevice[];
  /** What it had handed on in a process before this one: it goes on behind that. */
  readonly handed: ClockAnchor | undefined;
  /** Says what is doubtful; equal messages are counted. */
  readonly tell: (code: SensorDoubtCode, message: string) => void;
  /** Starts a program that ends when this process does, however that ends; see `programs/programs.ts`. */
  readonly programs: Programs;
}

export interface Programs {
  /** Without a shell; its lines are given as they come, with the instant at which they came (CLOCK_MONOTONIC, ns). */
  start(argv: readonly string[], listener: ProgramListener): RunningProgram;
  /**
   * Runs one to its end and gives what it printed, 4 MiB at most.
   * @throws SensorTrouble where it is not found (`sensor-missing`), fails (`sensor-lost`) or takes longer (`sensor-silent`)
   */
  ask(argv: readonly string[], limitMs: number): Promise<string>;
}

export interface ProgramListener {
  line(text: string, atNs: bigint): void;
  /** It prints more lines than anybody reads; it is held back for a second, and some are lost. */
  flooded(): void;
  /** It has ended, or could not be started; `how` is for people and holds its last words. Told once. */
  ended(how: string, notFound: boolean): void;
}

export interface RunningProgram {
  /** Asks it to end, and kills it where it does not; resolves when it has ended. */
  stop(): Promise<void>;
}

/** What a reading that could not be taken is thrown as. */
export class SensorTrouble extends Error {
  override readonly name = 'SensorTrouble';

  constructor(
    readonly code: SensorDoubtCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

interface ReaderFacts {
  readonly identity: SensorIdentity;
  /** Fixed from here on. */
  readonly columns: readonly SensorColumn[];
  /** Lets go of files, libraries and programs; safe to call twice. */
  close(): void | Promise<void>;
}

/** A sensor that says something when it is asked. */
export interface AskedReader extends ReaderFacts {
  /** How often it is known to change, ms: where the schedule begins to learn. */
  readonly usualPeriodMs: number;
  /** The shortest interval that the schedule may choose by itself, ms: more often costs more than it tells. */
  readonly shortestMs: number;
  /**
   * Reads it once, one number a column in the column's unit into `values`, which is all NaN before; NaN stays where it gave
   * nothing. Not called again before it is done.
   * @throws SensorTrouble, or anything, where nothing could be read: the row is empty, and it is tried again, less often
   */
  read(values: Float64Array): void | Promise<void>;
  /** Says that the next reading is the recording's last; one is then asked for. For one whose answer is there at once. */
  flush?(): void;
}

/** A sensor that says something by itself. */
export interface TalkingReader extends ReaderFacts {
  /** Of one whose driver keeps what comes while nobody reads it: the instant up to which it has handed on what there was. */
  readonly handed?: ClockAnchor | undefined;
  /**
   * Begins to hand on what it says: `values` as of `AskedReader`, lent; `atNs` is when it was heard (CLOCK_MONOTONIC). A row of NaN
   * says that from here on nothing is known.
   */
  listen(take: (values: Float64Array, atNs: bigint) => void): void;
  /** Hands on what it has heard by now and not yet said; called where the recording ends. */
  flush?(): void;
}

export type SensorReader = AskedReader | TalkingReader;
