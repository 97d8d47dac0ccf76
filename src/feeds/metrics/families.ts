import { tool } from '../../tool.js';
import type { Family, Point } from './exposition.js';
import type { PowerReading, Reading, TrackReading } from './metrics-track.js';

/** Everything that a scrape is told, in the words of `docs/prometheus.md`. */
export function familiesOf(tracks: readonly TrackReading[]): Family[] {
  const ofPowers = (value: (power: PowerReading) => number | undefined): Point[] =>
    tracks.flatMap(({ board, powers }) =>
      powers.flatMap((power) => point({ board, [power.kind]: power.name }, value(power))),
    );
  const ofBoards = (value: (track: TrackReading) => number | null): Point[] =>
    tracks.flatMap((track) => point({ board: track.board }, value(track) ?? undefined));
  const gauges = (of: 'powerW' | 'voltageV', name: string, unit: string, what: string): readonly Family[] =>
    figures.map(([figure, infix, which]) => ({
      ...{ name: `powerlog_${name}${infix}_${unit}`, type: 'gauge', unit },
      help: `${which} ${what} since this scraper's last scrape`,
      points: ofPowers((power) => power[of]?.[figure]),
    }));
  return [
    {
      ...{ name: 'powerlog_build', type: 'info', help: 'The powerlog that measures' },
      points: [{ labels: { version: tool.version }, value: 1 }],
    },
    ...gauges('powerW', 'power', 'watts', 'power'),
    ...gauges('voltageV', 'voltage', 'volts', 'voltage'),
    {
      ...{ name: 'powerlog_energy_joules', type: 'counter', unit: 'joules' },
      help: 'Energy since the recording began: its rate is the mean power',
      points: ofPowers(({ energyJ }) => energyJ),
    },
    {
      ...{ name: 'powerlog_samples', type: 'counter', help: 'Samples since the recording began' },
      points: ofBoards(({ samples }) => samples),
    },
    {
      ...{ name: 'powerlog_gaps', type: 'counter', help: 'Gaps between samples since the recording began' },
      points: ofBoards(({ gaps }) => gaps),
    },
    {
      ...{ name: 'powerlog_coverage_ratio', type: 'gauge', unit: 'ratio' },
      help: 'Share of the recording outside of gaps',
      points: ofBoards(({ coverage }) => coverage),
    },
    {
      ...{ name: 'powerlog_last_sample_timestamp_seconds', type: 'gauge', unit: 'seconds' },
      help: 'When the last sample was taken, UTC since 1970',
      points: ofBoards(({ lastUnixS }) => lastUnixS),
    },
  ];
}

const figures: readonly (readonly [figure: keyof Reading, infix: string, which: string])[] = [
  ['mean', '', 'Mean'],
  ['min', '_min', 'Least'],
  ['max', '_max', 'Largest'],
];

const point = (labels: Point['labels'], value: number | undefined): Point[] =>
  value === undefined ? [] : [{ labels, value }];
