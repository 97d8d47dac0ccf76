import { allocate } from './allocate';

/**
 * A page of counters, and its slot: where it lies (0 until it is hit), where the page lies that counts how often its
 * counters, of 32 bits, have overflown (0 until one did), and how many values it counts, as a double.
 */
const pageBits: u32 = 12;
const pageSize: u32 = 1 << pageBits;
const slotBytes: u32 = 16;
const overflowAt: usize = 4;
const totalAt: usize = 8;
const counterRange: f64 = 4294967296;
/** An octave above the exact values has 2^coarseBits bins: a double's exponent and so many bits of its fraction. */
const coarseBits: u32 = 14;
const fractionBits: u32 = 52;
const exponentBias: u32 = 1023;
/** Larger magnitudes are counted as the largest below this. */
const mostBits: u32 = 53;
const exactPositiveBits: u32 = 20;
const exactNegativeBits: u32 = 15;

/** What `src/measure/histogram.ts` tells of. */
@unmanaged
export class Histogram {
  count: f64;
  negatives: f64;
  min: f64;
  max: f64;
  /** Slots of the pages that count magnitudes. */
  positive: usize;
  negative: usize;
}

export function newHistogram(): Histogram {
  const made = changetype<Histogram>(allocate(offsetof<Histogram>()));
  made.min = Infinity;
  made.max = -Infinity;
  made.positive = allocate(<usize>(slotBytes * pagesOf(exactPositiveBits)));
  made.negative = allocate(<usize>(slotBytes * pagesOf(exactNegativeBits)));
  return made;
}

/** Forgets what was counted, and keeps the pages for what comes. */
export function clearHistogram(histogram: Histogram): void {
  histogram.count = 0;
  histogram.negatives = 0;
  histogram.min = Infinity;
  histogram.max = -Infinity;
  clearPages(histogram.positive, pagesOf(exactPositiveBits));
  clearPages(histogram.negative, pagesOf(exactNegativeBits));
}

function clearPages(slots: usize, pages: u32): void {
  const end = slots + <usize>(pages * slotBytes);
  for (let slot = slots; slot < end; slot += slotBytes) {
    if (load<f64>(slot, totalAt) === 0) continue;
    store<f64>(slot, 0, totalAt);
    clearPage(load<u32>(slot));
    const overflow = load<u32>(slot, overflowAt);
    if (overflow !== 0) clearPage(overflow);
  }
}

function clearPage(page: usize): void {
  const end = page + <usize>(pageSize * 4);
  for (let at = page; at < end; at += 8) store<u64>(at, 0);
}

/** Counts `count` doubles that hold integers. */
export function countValues(histogram: Histogram, values: usize, count: u32): void {
  const positive = histogram.positive;
  const negative = histogram.negative;
  let negatives: u32 = 0;
  let min = histogram.min;
  let max = histogram.max;
  const end = values + ((<usize>count) << 3);
  for (let at = values; at < end; at += 8) {
    const value = load<f64>(at);
    if (value < min) min = value;
    if (value > max) max = value;
    let slots = positive;
    let bin: u32;
    if (value >= 0) bin = binOf(value, exactPositiveBits);
    else {
      bin = binOf(-value, exactNegativeBits);
      slots = negative;
      negatives++;
    }
    countBin(slots, bin);
  }
  histogram.count += count;
  histogram.negatives += negatives;
  histogram.min = min;
  histogram.max = max;
}

export function histogramCount(histogram: Histogram): f64 {
  return histogram.count;
}

export function histogramMin(histogram: Histogram): f64 {
  return histogram.min;
}

export function histogramMax(histogram: Histogram): f64 {
  return histogram.max;
}

/** The value that `rank` others are not above; `rank` is less than the count. */
export function orderStatistic(histogram: Histogram, rank: f64): f64 {
  const negatives = histogram.negatives;
  const value =
    rank < negatives
      ? -magnitudeAt(histogram.negative, negatives - 1 - rank, exactNegativeBits)
      : magnitudeAt(histogram.positive, rank - negatives, exactPositiveBits);
  return max(min(value, histogram.max), histogram.min);
}

/** How many values lie above `limit`, which is not negative. */
export function countAbove(histogram: Histogram, limit: f64): f64 {
  return addAbove(histogram, limit, false);
}

/** The sum of the values above `limit`, which is not negative. */
export function sumAbove(histogram: Histogram, limit: f64): f64 {
  return addAbove(histogram, limit, true);
}

function addAbove(histogram: Histogram, limit: f64, values: bool): f64 {
  let sum: f64 = 0;
  const pages = pagesOf(exactPositiveBits);
  for (let number: u32 = 0; number < pages; number++) {
    const slot = histogram.positive + <usize>(number * slotBytes);
    if (load<u32>(slot) === 0) continue;
    for (let n: u32 = 0; n < pageSize; n++) {
      const times = timesOf(slot, n);
      if (times === 0) continue;
      const value = middleOf((number << pageBits) + n, exactPositiveBits);
      if (value > limit) sum += values ? times * value : times;
    }
  }
  return sum;
}

function countBin(slots: usize, bin: u32): void {
  const slot = slots + <usize>((bin >> pageBits) * slotBytes);
  let page = load<u32>(slot);
  if (page === 0) {
    page = <u32>allocate(pageSize * 4);
    store<u32>(slot, page);
  }
  store<f64>(slot, load<f64>(slot, totalAt) + 1, totalAt);
  const counter = page + ((bin & (pageSize - 1)) << 2);
  const times = load<u32>(counter) + 1;
  store<u32>(counter, times);
  if (times === 0) countOverflow(slot, bin & (pageSize - 1));
}

function countOverflow(slot: usize, n: u32): void {
  let page = load<u32>(slot, overflowAt);
  if (page === 0) {
    page = <u32>allocate(pageSize * 4);
    store<u32>(slot, page, overflowAt);
  }
  const counter = page + (n << 2);
  store<u32>(counter, load<u32>(counter) + 1);
}

/** How often the n-th value of a slot's page was counted. */
function timesOf(slot: usize, n: u32): f64 {
  const times = <f64>load<u32>(load<u32>(slot) + (n << 2));
  const overflow = load<u32>(slot, overflowAt);
  return overflow === 0 ? times : times + counterRange * <f64>load<u32>(overflow + (n << 2));
}

function binOf(magnitude: f64, exactBits: u32): u32 {
  const exact: u32 = 1 << exactBits;
  if (magnitude < <f64>exact) return <u32>magnitude;
  const largest: u32 = ((exponentBias + mostBits) << coarseBits) - 1;
  const leading = min(reinterpret<u64>(magnitude) >> (fractionBits - coarseBits), <u64>largest);
  return exact + <u32>leading - ((exponentBias + exactBits) << coarseBits);
}

/** The middle of a bin. */
function middleOf(bin: u32, exactBits: u32): f64 {
  const exact: u32 = 1 << exactBits;
  if (bin < exact) return bin;
  const leading = <u64>(bin - exact + ((exponentBias + exactBits) << coarseBits));
  const half: u64 = 1 << (fractionBits - coarseBits - 1);
  return reinterpret<f64>((leading << (fractionBits - coarseBits)) | half);
}

function magnitudeAt(slots: usize, rank: f64, exactBits: u32): f64 {
  let left = rank;
  let number: u32 = 0;
  let slot = slots;
  for (let total = load<f64>(slot, totalAt); left >= total; total = load<f64>(slot, totalAt)) {
    left -= total;
    number++;
    slot += <usize>slotBytes;
  }
  let n: u32 = 0;
  for (let times = timesOf(slot, 0); left >= times; times = timesOf(slot, n)) {
    left -= times;
    n++;
  }
  return middleOf((number << pageBits) + n, exactBits);
}

function pagesOf(exactBits: u32): u32 {
  return ((1 << exactBits) + ((mostBits - exactBits) << coarseBits)) >> pageBits;
}
