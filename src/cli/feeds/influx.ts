import { Option } from 'commander';
import type { Feed, FeedPlan } from './feed.js';

export interface InfluxOptions {
  readonly influx?: string;
}

export const influxOptions = (): Option[] => [
  new Option('--influx <url>', 'write every sample to a database'),
];

export async function openInflux(_: InfluxOptions, __: FeedPlan): Promise<Feed | null> {
  return null;
}
