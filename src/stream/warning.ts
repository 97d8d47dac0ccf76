/**
 * Every code that a warning may have, by who finds what it tells; docs/summary.md says of each when. A code is stable: programs
 * look for it.
 */
export const warningCodes = [
  // On the way from the board: kinds of faults, in a gap or not.
  'no-reply',
  'late-reply',
  'short-reply',
  'wrong-answer',
  'stray-bytes',
  'implausible-frame',
  'board-lost',
  'overrun',
  'overwritten',
  'suspend',
  'unreadable',
  // Of the board, its wires and its clock.
  'unknown-firmware',
  'no-calibration',
  'recalibrated',
  'calibration-stale',
  'calibration-partial',
  'no-accuracy',
  'totals-disagree',
  'board-fault',
  'wire-alarm',
  'on-alarm',
  'device-clock',
  // Of the recording and its figures.
  'ended-early',
  'low-coverage',
  'silent-edge',
  'sampling-priority',
  'samples-outrun-board',
  'gaps-unlisted',
  'few-samples',
  'clock-step',
  'clock-slew',
  'sink-overrun',
  // Of captures and dumps.
  'capture-cut',
  'capture-damaged',
  'capture-joined',
  'capture-left',
  'capture-unknown',
  'bytes-behind',
  'partial-frame',
  'implausible-frames',
  // Of a repair.
  'repaired',
  'rebuilt',
  'cut-short',
  'not-kept',
  // Of a command and its runs.
  'no-board',
  'not-run',
  'measuring-fault',
  'mark',
  'phase-unended',
  'run-failed',
  'run-interrupted',
  'run-unended',
  'warmup-failed',
  'command-left',
  'command-uncovered',
  // Of two recordings that are held against each other, and of files that are no recording.
  'other-instrument',
  'other-command',
  'other-map',
  'other-calibration',
  'board-left-out',
  'file',
  // Of a sensor beside the board.
  /** It is not there: no such file, device, library or program. */
  'sensor-missing',
  /** It is there, and may not be read by this user. */
  'sensor-forbidden',
  /** It was asked, or waited for, and said nothing in time. */
  'sensor-silent',
  /** It takes longer to say something than powerlog would wait between two readings. */
  'sensor-slow',
  /** It went away while it was recorded: its program ended, its file or its driver is gone. */
  'sensor-lost',
  /** It said something that can be no reading; the cell is empty. */
  'sensor-implausible',
  /** It printed something that is no number and no reading. */
  'sensor-unreadable',
  /** Its counter began again, or went round unseen, so that what it counted meanwhile is not known. */
  'sensor-counter-reset',
  /** Readings that were taken but could not be kept. */
  'sensor-overrun',
  // Of what a recording feeds.
  'feed-failed',
  'influx-failed',
  'influx-unsent',
  'influx-lost',
  'influx-refused',
  'influx-moved',
  'mqtt-failed',
  'mqtt-unsent',
  'mqtt-lost',
  'mqtt-refused',
  // Of a live page.
  'not-shown',
] as const;

export type WarningCode = (typeof warningCodes)[number];

/** Something a reader of the figures should know. */
export interface Warning {
  /** Stable, for programs: `capture-cut`. */
  readonly code: WarningCode;
  readonly message: string;
  /** Which of several instruments it is about; absent where it is about all of them. */
  readonly track?: string;
}
