import type { RecordingHeader } from '../stream/recording-header.js';
import type { SampleBlock } from '../stream/sample-block.js';
import type { CsvSink } from './csv.js';
import type { IntervalMeans } from './interval-means.js';
import type { Shortfall } from './shortfall.js';
import type { Sink } from './sink.js';

/** A CSV that holds the means of intervals instead of samples. */
export class AveragedCsv implements Sink {
  constructor(
    readonly csv: CsvSink,
    readonly means: IntervalMeans,
  ) {}

  get shortfall(): Shortfall {
    return this.csv.shortfall;
  }

  begin(header: RecordingHeader): Promise<void> {
    return this.csv.begin(header);
  }

  write(block: SampleBlock): void | Promise<void> {
    return this.csv.write(this.means.add(block));
  }

  async finish(): Promise<void> {
    try {
      const last = this.means.end();
      if (last.count > 0) await this.csv.write(last);
    } finally {
      await this.csv.finish();
    }
  }
}
