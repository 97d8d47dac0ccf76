/** How the main thread steers the worker that plays the board: words in shared memory. */
export const controlWord = {
  /** What the worker is to do: one of `controlState`. */
  state: 0,
  /** Counts up each time the worker has left the port alone, after it was told not to serve. */
  parked: 1,
  /** The descriptor to serve. */
  masterFd: 2,
} as const;

export const controlWords = 3;

export const controlState = { serve: 0, park: 1, quit: 2 } as const;
