/** Something a reader of the figures should know. */
export interface Warning {
  /** Stable, for programs: `capture-cut`. */
  readonly code: string;
  readonly message: string;
  /** Which of several instruments it is about; absent where it is about all of them. */
  readonly track?: string;
}
