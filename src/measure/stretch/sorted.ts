/** How many of `values[0 … count-1]`, which rise, lie before `value`: the place of the first that does not. */
export function firstAtLeast(values: Float64Array, value: number, count = values.length): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of them are at most `value`: the place of the first behind it. */
export function firstAbove(values: Float64Array, value: number, count = values.length): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
