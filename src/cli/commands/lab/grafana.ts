import { dirname, join, resolve, sep } from 'node:path';
import { Command, Option } from 'commander';
import { usageError } from '../../../errors.js';
import { refuseLost } from '../../../exec/start/deleted-folder.js';
import { makeFolders } from '../../../file/folder/make-folders.js';
import { OutputFile } from '../../../file/output-file.js';
import type { GrafanaFile, GrafanaSource } from '../../../grafana/grafana.js';
import { plural } from '../../../units.js';
import { type DatabaseUrl, parseDatabaseUrl, parsePrometheusUrl } from '../../database-url.js';
import { forceOption, outputOption } from '../../options.js';
import { notice } from '../../terminal/notices.js';

const help = `
Which option is a matter of what the database is asked with, not of how the numbers get there: --influx where Grafana asks in InfluxQL
(InfluxDB 1.x, or 2.x with a mapping of database to bucket), --victoriametrics where record --influx has sent to a database that is asked in
PromQL (VictoriaMetrics, or Thanos behind vmagent), --prometheus where Prometheus scrapes record --metrics. Without any of them
all three are written, each with its database on this machine. The address may be the one that record --influx was given.

DIR gets provisioning/ for Grafana's own folder of that name, and dashboards/. A token comes from Grafana's environment, never from an
address (docs/grafana.md).

Examples:
  $ powerlog grafana --out grafana --influx http://db:8086/write?db=lab
  $ powerlog grafana --out grafana --victoriametrics http://db:8428 --prometheus http://prom:9090
  $ powerlog grafana --out grafana --at /etc/grafana        for a container that has it there`;

interface GrafanaOptions {
  readonly out: string;
  readonly influx?: DatabaseUrl;
  readonly victoriametrics?: DatabaseUrl;
  readonly prometheus?: DatabaseUrl;
  readonly at?: string;
  readonly force?: boolean;
}

const urlOption = (flags: string, description: string, parse = parseDatabaseUrl): Option =>
  new Option(flags, description).argParser(parse); // not `checked`: commander would print the URL, and a password with it

export function grafanaCommand(): Command {
  return new Command('grafana')
    .description('Write dashboards for Grafana, and what it needs to find them and the database')
    .addOption(outputOption('-o, --out <dir>', 'the folder that they go to').makeOptionMandatory())
    .addOption(urlOption('--influx <url>', 'InfluxDB, asked in InfluxQL'))
    .addOption(urlOption('--victoriametrics <url>', 'VictoriaMetrics or Thanos that got line protocol'))
    .addOption(urlOption('--prometheus <url>', 'Prometheus that scrapes --metrics', parsePrometheusUrl))
    .option('--at <path>', 'where Grafana finds that folder (default: where it is written)')
    .addOption(forceOption())
    .addHelpText('after', help)
    .action(grafana);
}

async function grafana({ out, at, force = false, ...options }: GrafanaOptions): Promise<void> {
  if (out === '-') throw usageError('--out is a folder; standard output (-) cannot be');
  const { grafanaFiles } = await import('../../../grafana/grafana.js');
  refuseLost(out);
  const found = at ?? resolve(out).replaceAll(sep, '/');
  const files = grafanaFiles(sourcesOf(options), found.replace(/\/+$/, ''));
  await writeAll(out, files, force);
  notice(`${plural(files.length, 'file')} in ${out}; docs/grafana.md says how Grafana is started with them`);
}

function sourcesOf(options: Omit<GrafanaOptions, 'out'>): readonly GrafanaSource[] {
  const given: readonly (readonly [GrafanaSource['kind'], DatabaseUrl | undefined])[] = [
    ['influxdb', options.influx],
    ['victoriametrics', options.victoriametrics],
    ['prometheus', options.prometheus],
  ];
  const named = given.flatMap(([kind, url]) => (url ? [{ kind, ...url }] : []));
  return named.length > 0 ? named : given.map(([kind]) => ({ kind }));
}

/** All of them are open before the first is written: where one exists that must not be overwritten, none is. */
async function writeAll(folder: string, files: readonly GrafanaFile[], force: boolean): Promise<void> {
  const outputs: OutputFile[] = [];
  try {
    for (const { path } of files) {
      const place = join(folder, path);
      makeFolders(dirname(place), { instead: 'give --out another one' });
      outputs.push(new OutputFile({ path: place, force, unit: 'file' }));
    }
    for (const [n, output] of outputs.entries()) await output.write(Buffer.from(files[n]!.text), 1);
  } finally {
    await Promise.all(outputs.map((output) => output.close()));
  }
}
