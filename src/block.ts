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

/**
 * A run of replies as they came, side by side: `count` frames, each with its request and its reply instant in
 * whole ns since the recording began. The events lie behind the samples. Whoever is handed a block may use it
 * until it asks for the next one; whoever keeps a part copies it.
 */
export interface FrameBlock {
  readonly count: number;
  readonly frames: Uint8Array;
  readonly requestNs: Float64Array;
  readonly replyNs: Float64Array;
  readonly events: readonly RecordingEvent[];
}

/**
 * Decoded samples, columns side by side; rows `0 … count-1` of every column are valid. Channels are the board's
 * own integers (mV, mA, mW, 0.1 °C, …), sums are whole milliwatts.
 */
export interface Block {
  readonly count: number;
  /** The samples' instants, whole µs since the recording began: the middle of request and reply. */
  readonly timeUs: Float64Array;
  /** By channel, in the layout's order; undefined where nobody asked for the channel. A uint64 takes two words a row. */
  readonly channels: readonly (Int32Array | undefined)[];
  /** By component, in the map's order, `system` first. */
  readonly powerMw: readonly Float64Array[];
  /** Where the rows are means: how long each is of, µs. */
  readonly intervalUs?: Float64Array;
  /** What it was decoded from. */
  readonly raw: FrameBlock;
}

/** Who answered. */
export interface BoardIdentity {
  /** The board's table: `benchlab`. */
  readonly id: string;
  readonly product: string;
  readonly productId: number;
  /** 24 hexadecimal digits, or null where the source does not know. */
  readonly uid: string | null;
  readonly name: string | null;
  readonly firmware: number | null;
  /** The reply to READ_CALIBRATION, hexadecimal: null where the board gave none, absent where the source does not know. */
  readonly calibration?: string | null;
  /** The path or name it was reached by. */
  readonly port: string;
}

/** Facts about a recording that stand before its first sample. */
export interface RecordingHeader {
  readonly board: BoardIdentity;
  /** The instant 0 on this machine's CLOCK_MONOTONIC, ns; null where the recording comes from elsewhere. */
  readonly startMonotonicNs: bigint | null;
  /** UTC of the instant 0, µs since 1970; null where nobody knows, as in a bare frame dump. */
  readonly startUnixUs: number | null;
  /** False where the instants were made up from a nominal rate, so that nothing can be said of latency. */
  readonly instantsMeasured: boolean;
  /** What the sampling thread ran at, `rr 1` or `nice 0`; null where it had none of its own, absent where nobody knows. */
  readonly samplingPriority?: string | null;
}

/** Something a reader of the figures should know. */
export interface Warning {
  /** Stable, for programs: `capture-cut`. */
  readonly code: string;
  readonly message: string;
}
