/** How a spool came to its end, or stands. What is counted is what its records hold: lines, or messages. */
export interface SendingState {
  readonly unsent: number;
  /** What the spool's limit, or the disk, cost. */
  readonly lost: number;
  /** What the receiver refused for good, and why the first was. */
  readonly refused: number;
  readonly refusal: string | null;
  /** Why nothing arrives; null where it does. */
  readonly trouble: string | null;
}
