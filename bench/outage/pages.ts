import { readFileSync } from 'node:fs';
import { fromRoot } from '../workshop.js';

/** What the documentation tells its readers to type is what is tried here. */
const page = (name: string): string => readFileSync(fromRoot(`docs/${name}`), 'utf8');

function found(pattern: RegExp, text: string, what: string): string {
  const match = pattern.exec(text);
  if (!match) throw new Error(`the documentation has no ${what} any more`);
  return match[1]!;
}

const influx = page('influx.md');

/** What VictoriaMetrics is started with, beside where it keeps its data and listens. */
export const victoriaFlags = found(
  /^victoria-metrics (-.*)$/m,
  influx,
  'line that starts VictoriaMetrics',
).split(' ');

const joules = found(/^## Joules from the database\n([\s\S]*?)^## /m, influx, 'queries for joules');
const exampleRun = /20\d{6}T\d{6}Z/g;

/** A query of a component's joules in a run. */
export type JoulesQuery = (run: string, component: string) => string;

const query = (pattern: RegExp, what: string): JoulesQuery => {
  const text = found(pattern, joules, what);
  return (run, component) =>
    text.replaceAll(exampleRun, run).replaceAll('system_power_w', `${component}_power_w`);
};

export const joulesQueries = {
  influxSamples: query(/^(SELECT integral.*)$/m, 'query of joules from samples in InfluxDB'),
  influxMeans: query(/^(SELECT sum.*)$/m, 'query of joules from means in InfluxDB'),
  victoriaMeans: query(/^(avg_over_time.*)$/m, 'query of joules from means in VictoriaMetrics'),
};

/** The capture's reader in Python. */
export const captureReader = found(
  /^```python\n([\s\S]*?)^```$/m,
  page('capture-format.md'),
  'reader of captures in Python',
);
