/** Discrete Fourier transform in place, of a power of two; `sign` 1 transforms back, unscaled. */
function transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
  const size = re.length;
  for (let n = 1, reversed = 0; n < size; n++) {
    let bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (n >= reversed) continue;
    [re[n], re[reversed]] = [re[reversed]!, re[n]!];
    [im[n], im[reversed]] = [im[reversed]!, im[n]!];
  }
  for (let length = 2; length <= size; length <<= 1) {
    const half = length >> 1;
    const angle = (sign * 2 * Math.PI) / length;
    const [cos, sin] = [new Float64Array(half), new Float64Array(half)];
    for (let k = 0; k < half; k++) {
      cos[k] = Math.cos(angle * k);
      sin[k] = Math.sin(angle * k);
    }
    for (let start = 0; start < size; start += length)
      for (let k = 0; k < half; k++) {
        const [low, high] = [start + k, start + k + half];
        const turnedRe = re[high]! * cos[k]! - im[high]! * sin[k]!;
        const turnedIm = re[high]! * sin[k]! + im[high]! * cos[k]!;
        re[high] = re[low]! - turnedRe;
        im[high] = im[low]! - turnedIm;
        re[low]! += turnedRe;
        im[low]! += turnedIm;
      }
  }
}

/** Σ x[n] · y[n + lag] for the lags 0 … n − 1 around the circle, as if both repeated. */
export function circularCorrelation(x: Float64Array, y: Float64Array): Float64Array {
  const count = x.length;
  let size = 2;
  while (size < 2 * count) size <<= 1;
  const [xRe, xIm] = [new Float64Array(size), new Float64Array(size)];
  const [yRe, yIm] = [new Float64Array(size), new Float64Array(size)];
  xRe.set(x);
  yRe.set(y);
  transform(xRe, xIm, -1);
  transform(yRe, yIm, -1);
  for (let n = 0; n < size; n++) {
    const [re, im] = [xRe[n]! * yRe[n]! + xIm[n]! * yIm[n]!, xRe[n]! * yIm[n]! - xIm[n]! * yRe[n]!];
    xRe[n] = re;
    xIm[n] = im;
  }
  transform(xRe, xIm, 1);
  // Padded with zeros, positive and negative lags lie apart: a circle brings them together.
  return Float64Array.from(
    { length: count },
    (_, lag) => (xRe[lag]! + (lag > 0 ? xRe[size - count + lag]! : 0)) / size,
  );
}
