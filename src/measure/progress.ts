/** How a recording stands, for a status line. */
export interface Progress {
  readonly samples: number;
  /** The last sample's instant; null before the first. */
  readonly lastUs: number | null;
  /** Of the last sample by component, mW; null before the first. */
  readonly powerMw: readonly (number | null)[];
  /** By component. */
  readonly energyJ: readonly (number | null)[];
  /** By rail, in board order. */
  readonly railEnergyJ: readonly (number | null)[];
  readonly gaps: number;
}
