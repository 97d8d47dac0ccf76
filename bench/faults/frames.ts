/*
 * Frames and rows read with nothing of powerlog's: where each number stands is written down here again, so that a
 * mistake in the program's own table would show.
 */

export const frameBytes = 216;
const rails = 11;
const railAt = (rail: number): number => 48 + rail * 12;

/** Whole milliwatts by rail, as the vendor adds them up. */
const components: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  [0, 1],
  [6, 7, 8, 9, 10],
  [2, 3, 4, 5],
];

/** A frame as a row of the CSV has it, behind both instants: the sums, then each rail. */
export function rowText(frames: Buffer, at: number): string {
  const powerMw: number[] = [];
  const cells: string[] = [];
  for (let rail = 0; rail < rails; rail++) {
    const from = at + railAt(rail);
    const mw = frames.readInt32LE(from + 8);
    powerMw.push(mw);
    cells.push(fixed(frames.readInt16LE(from)), fixed(frames.readInt32LE(from + 4)), fixed(mw));
  }
  const sums = components.map((parts) => fixed(parts.reduce((sum, rail) => sum + powerMw[rail]!, 0)));
  return `${sums.join()},${cells.join()}`;
}

function fixed(thousandths: number): string {
  const digits = String(Math.abs(thousandths)).padStart(4, '0');
  return `${thousandths < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/** Where a numbered frame's digits stand in a row behind both instants: the voltages of EPS 1, EPS 2 and ATX 12 V. */
const digitCells = [4, 7, 19];

/** The number that a row carries; no integer, or one that no frame has, where the row is none of a numbered frame. */
export function numberOf(text: string): number {
  const cells = text.split(',');
  const [low, middle, high] = digitCells.map((cell) => Math.round(Number(cells[cell]) * 1000) - 11_900);
  return low! + 200 * (middle! + 200 * high!);
}
