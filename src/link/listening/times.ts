/** Gets what is found out of frames. Instants in ns since the recording began. */
export interface Listening {
  /** A frame in `bytes` from `at` on, taken between two instants; lent. */
  frame(bytes: Uint8Array, at: number, earliestNs: number, latestNs: number): void;
  /** Between two frames others are missing: so many, and the bytes of them that did come. */
  lost(startNs: number, endNs: number, frames: number, bytes: number): void;
}

/** Gives frames their instants. */
export interface Times {
  /** How much faster than the host's the instrument's clock runs, in millionths; null where that is not known. */
  readonly rateErrorPpm: number | null;
  /** The next frame, and how many bytes in front of it were none. */
  take(bytes: Uint8Array, at: number, stamp: number, dropped: number): void;
  /** All frames so far had arrived by this instant. */
  arrived(atNs: number): void;
  /** Nothing more comes, or not for a while: what is held is handed on as far as it is known. */
  settle(): void;
}
