import type { CommandEvent } from './command-event.js';

/** What went wrong on the way from the board, as the link saw it, and cost bytes: none where nothing came. */
export type ByteFaultKind =
  /** Nothing within the deadline. */
  | 'no-reply'
  /** The whole reply, but after its deadline. */
  | 'late-reply'
  /** A part of a reply. */
  | 'short-reply'
  /** As many bytes as another question's answer has. */
  | 'wrong-answer'
  /** More bytes than were asked for, or bytes that answer nothing. */
  | 'stray-bytes'
  /** The port is gone, or the board silent for good. */
  | 'board-lost'
  /** Bytes of a dump that are no frame. */
  | 'unreadable';

/** What concerns samples. */
export type SampleFaultKind =
  /** Frames that contradict themselves; they are kept. */
  | 'implausible-frame'
  /** Samples taken that were not fetched in time. */
  | 'overrun'
  /** Samples that an instrument which talks took and did not send: its stamps tell. */
  | 'overwritten';

export type FaultKind =
  | ByteFaultKind
  | SampleFaultKind
  /** The machine slept. */
  | 'suspend'
  /** From the end of a recording to the beginning of the one that was joined to it. */
  | 'joined';

/** What explains why two samples lie apart, or what is doubtful about them. */
export type FaultEvent = {
  readonly type: 'fault';
  readonly startNs: number;
  readonly endNs: number;
} & (
  | { readonly kind: ByteFaultKind; readonly bytesDropped: number }
  | { readonly kind: SampleFaultKind; readonly samples: number }
  | { readonly kind: 'suspend'; readonly asleepMs: number }
  | { readonly kind: 'joined' }
);

/** What a fault came to: bytes, samples or ms, as its kind has it. */
export function amountOf(fault: FaultEvent): number {
  if ('bytesDropped' in fault) return fault.bytesDropped;
  if ('samples' in fault) return fault.samples;
  return 'asleepMs' in fault ? fault.asleepMs : 1;
}

/** A single wire of a connector carries more than it should. Said when that is known, and again when it is over, or the recording is. */
export interface WireAlarmEvent {
  readonly type: 'wire-alarm';
  /** Of `end`: that is all there was of it. */
  readonly edge: 'begin' | 'end';
  readonly atNs: number;
  readonly rail: string;
  readonly wire: string;
  readonly kind: 'current' | 'share';
  /** A, or a share of the connector's current, as the kind has it. */
  readonly limit: number;
  /** Where it was highest up to then, a mean over a tenth of a second. */
  readonly currentA: number;
  /** Of the connector's current; null where that was too small for shares to mean something. */
  readonly share: number | null;
  readonly beganNs: number;
  /** Null where it is not over. */
  readonly endedNs: number | null;
}

/** What a source says between its samples. Instants in ns since the recording began. */
export type SourceEvent =
  | FaultEvent
  /** The wall clock, read again: `unixUs` at `atNs`. */
  | { readonly type: 'clock'; readonly atNs: number; readonly unixUs: number }
  /** How much faster than the host's the instrument's own clock runs, in millionths, as far as that was known then. */
  | { readonly type: 'device-clock'; readonly atNs: number; readonly rateErrorPpm: number }
  /** A bit rose in the board's fault words; `name` is the board's table's. */
  | { readonly type: 'board-fault'; readonly atNs: number; readonly bit: number; readonly name: string }
  | WireAlarmEvent
  /** The recording's end; nothing follows. */
  | { readonly type: 'end'; readonly atNs: number; readonly reason: EndReason };

/** Everything that stands between samples. What is of a command comes when it is known, and carries its own instants. */
export type RecordingEvent = SourceEvent | CommandEvent;

export type EndReason = 'duration' | 'stopped' | 'source-ended' | 'board-lost' | 'output-failed';
