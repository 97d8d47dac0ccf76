// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dashboard
import { benchTable, type Fleet, mostTable, silentTable } from '../fleet.js';
import { anyPicker, componentPicker, silencePicker } from '../parts/variables.js';
import { series, source, table } from './query.js';

const power = '"${component}_power_w"';
const hosts = '"host" =~ /^${host:regex}$/';
const shown = `FROM "powerlog" WHERE ${hosts} AND $timeFilter`;
const since = (span: string): string => `FROM "powerlog" WHERE ${hosts} AND time > now() - ${span}`;
const byBench = 'GROUP BY "board", "host"';

/** Every bench by itself, and the runs of each: nothing is reckoned across the time between two. */
const energies = `SELECT integral(${power}) AS "j" ${shown} GROUP BY "board", "host", "run"`;

/**
 * InfluxQL has a bench's last instant and cannot compare it. So its points are counted by intervals, and of two together there is
 * none: for once or twice as long as was picked.
 */
const silent =
  `SELECT "points" FROM (SELECT last("n") AS "points" FROM (SELECT moving_average(count(${power}), 2) AS "n" ${shown} ` +
  `GROUP BY time(\${silent_s}s), "board", "host" fill(0)) ${byBench}) WHERE "points" = 0 ${byBench}`;

export const fleet: Fleet = {
  variables: [
    anyPicker({
      name: 'host',
      label: 'Host',
      source,
      query: 'SHOW TAG VALUES FROM "powerlog" WITH KEY = "host"',
    }),
    componentPicker(),
    silencePicker(),
  ],
  count: [
    series('A', `SELECT count("p") AS "seen" FROM (SELECT last(${power}) AS "p" ${shown} ${byBench})`),
    series(
      'B',
      `SELECT count("p") AS "reporting" FROM (SELECT last(${power}) AS "p" ${since('${silent_s}s')} ${byBench})`,
    ),
  ],
  total: [
    series(
      'A',
      `SELECT sum("p") AS "\${component}" FROM (SELECT mean(${power}) AS "p" ${since('${silent_s}s')} ${byBench})`,
    ),
  ],
  energy: [series('A', `SELECT sum("j") AS "\${component}" FROM (${energies})`)],
  byBench: [
    series(
      'A',
      `SELECT mean(${power}) AS "power" ${shown} GROUP BY time($__interval), "board", "host" fill(null)`,
      '$tag_board on $tag_host',
    ),
  ],
  reporting: [
    series(
      'A',
      `SELECT count("n") AS "benches" FROM (SELECT count(${power}) AS "n" ${shown} ` +
        'GROUP BY time($__interval), "board", "host" fill(none)) WHERE $timeFilter GROUP BY time($__interval) fill(0)',
    ),
  ],
  most: mostTable({
    first: 'power',
    queries: [
      table(
        'A',
        `SELECT top("power", "board", "host", 10) AS "power" FROM (SELECT mean(${power}) AS "power" ${shown} ${byBench})`,
      ),
    ],
  }),
  silent: silentTable({ queries: [table('A', silent)] }),
  benches: benchTable({
    first: 'Time',
    ascending: true,
    queries: [table('A', `SELECT last(${power}) AS "power" ${shown} ${byBench}`)],
  }),
};
