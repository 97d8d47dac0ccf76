/** The board that answered. */
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
  /** The reply to the question for its configuration, likewise; it is not asked of most. */
  readonly configuration?: string | null;
  /** Over which time each reading is a mean, µs, where the board is known to choose among several; null where it did not tell. */
  readonly averagingUs?: number | null;
  /** What it says of its build. */
  readonly build?: string;
  /** The path or name it was reached by. */
  readonly port: string;
}

/** Facts about a recording that stand before its first sample. */
export interface RecordingHeader {
  readonly board: BoardIdentity;
  /** The instant 0 on this machine's CLOCK_MONOTONIC, ns; null where the recording comes from elsewhere. */
  readonly startMonotonicNs: bigint | null;
  /** UTC of the instant 0, µs since 1970; null where it is not known, as in a bare frame dump. */
  readonly startUnixUs: number | null;
  /**
   * How a sample's two instants are known. `round-trip`: the board was asked at the one and had answered at the other.
   * `device`: it talks by itself, and says when on a clock that was held against the host's, or was heard when it said so.
   * `nominal`: they were made up from a rate, or read from rows, so that nothing can be said of latency.
   */
  readonly timing: 'round-trip' | 'device' | 'nominal';
  /** What the sampling thread ran at, `rr 1` or `nice 0`; null where it had none of its own, absent where that is not known. */
  readonly samplingPriority?: string | null;
}
