/** What went wrong on the way from the board, as the link saw it. */
export type FaultKind =
  /** Nothing within the deadline. */
  | 'no-reply'
  /** The whole reply, but after its deadline. */
  | 'late-reply'
  /** A part of a reply. */
  | 'short-reply'
  /** As many bytes as another question's answer has. */
  | 'wrong-answer'
  /** More bytes than were asked for, or bytes nobody asked for. */
  | 'stray-bytes'
  /** Frames that contradict themselves; they are kept. */
  | 'implausible-frame'
  /** The port is gone, or the board silent for good. */
  | 'board-lost'
  /** Samples taken that nobody fetched in time. */
  | 'overrun'
  /** The machine slept. */
  | 'suspend'
  /** Bytes of a dump that are no frame. */
  | 'unreadable'
  /** From the end of a recording to the beginning of the one that was joined to it. */
  | 'joined';

/** Something between two samples that explains why they lie apart. Instants in ns since the recording began. */
export type RecordingEvent =
  | {
      readonly type: 'fault';
      readonly kind: FaultKind;
      readonly startNs: number;
      readonly endNs: number;
      /** Bytes thrown away; for `overrun` samples lost; for `implausible-frame` frames kept; for `suspend` ms asleep; for `joined` 1. */
      readonly count: number;
    }
  /** The wall clock, read again: `unixUs` at `atNs`. */
  | { readonly type: 'clock'; readonly atNs: number; readonly unixUs: number }
  /** A bit rose in the board's fault words; `name` is the board's table's. */
  | { readonly type: 'board-fault'; readonly atNs: number; readonly bit: number; readonly name: string }
  /** The recording's end; nothing follows. */
  | { readonly type: 'end'; readonly atNs: number; readonly reason: EndReason };

export type EndReason = 'duration' | 'stopped' | 'source-ended' | 'board-lost' | 'output-failed';
