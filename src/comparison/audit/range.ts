import type { AlignedReadings } from '../../compare/comparison.js';
import type { PowerBand } from './sheet.js';

const bands = 5;
/** A band with fewer readings says nothing. */
const fewestReadings = 5;

/** What the sensor says where the board says so much, in bands of equal width over the powers that came. */
export function powerBands({ referenceW, readingW }: AlignedReadings): PowerBand[] {
  const used = [...referenceW.keys()].filter((n) => Number.isFinite(referenceW[n]! + readingW[n]!));
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const n of used) {
    least = Math.min(least, referenceW[n]!);
    most = Math.max(most, referenceW[n]!);
  }
  const widthW = (most - least) / bands;
  if (!(widthW > 0)) return [];
  const sums = Array.from({ length: bands }, () => ({ readings: 0, referenceW: 0, sensorW: 0 }));
  for (const n of used) {
    const sum = sums[Math.min(bands - 1, Math.floor((referenceW[n]! - least) / widthW))]!;
    sum.readings++;
    sum.referenceW += referenceW[n]!;
    sum.sensorW += readingW[n]!;
  }
  return sums.flatMap(({ readings, ...sum }, n) =>
    readings < fewestReadings
      ? []
      : [
          {
            fromW: least + n * widthW,
            toW: least + (n + 1) * widthW,
            readings,
            referenceW: sum.referenceW / readings,
            sensorW: sum.sensorW / readings,
          },
        ],
  );
}
