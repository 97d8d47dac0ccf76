/** The inverse of a small symmetric matrix, by elimination with pivots; null where it has none. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] | null {
  const size = matrix.length;
  // Scaled to a diagonal of ones, since microseconds and watts lie many powers of ten apart.
  const scale = matrix.map((row, n) => (row[n]! > 0 ? 1 / Math.sqrt(row[n]!) : 0));
  if (scale.includes(0)) return null;
  const rows = matrix.map((row, i) => [
    ...row.map((value, j) => value * scale[i]! * scale[j]!),
    ...scale.map((_, j) => (i === j ? 1 : 0)),
  ]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    if (Math.abs(rows[pivot]![column]!) < 1e-10) return null;
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]!;
    const by = head[column]!;
    for (let j = 0; j < 2 * size; j++) head[j]! /= by;
    for (let row = 0; row < size; row++) {
      const factor = rows[row]![column]!;
      if (row === column || factor === 0) continue;
      for (let j = 0; j < 2 * size; j++) rows[row]![j]! -= factor * head[j]!;
    }
  }
  return rows.map((row, i) => row.slice(size).map((value, j) => value * scale[i]! * scale[j]!));
}

export const product = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
