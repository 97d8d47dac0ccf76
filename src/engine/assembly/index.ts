export { allocate } from './allocate';
export {
  clearHistogram,
  countAbove,
  countValues,
  histogramCount,
  histogramMax,
  histogramMin,
  newHistogram,
  orderStatistic,
  sumAbove,
} from './histogram';
export { writeLines } from './lines';
export {
  addPowers,
  firstUs,
  lastMw,
  lastUs,
  newPowerSeries,
  seriesHistogram,
  stepSquares,
  twiceNj,
} from './power-series';
export { newRowPlan, rowColumn, rowModes, rowTimes, writeRows } from './rows';
