/** Something a reader of the figures should know. */
export interface Warning {
  /** Stable, for programs: `capture-cut`. */
  readonly code: string;
  readonly message: string;
}
