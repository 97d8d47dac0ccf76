import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Format, formatFor, openMetrics, plainText } from '#powerlog/feeds/metrics/exposition.js';
import { familiesOf } from '#powerlog/feeds/metrics/families.js';
import type { PowerReading, TrackReading } from '#powerlog/feeds/metrics/metrics-track.js';
import { needs, openMetricsParser, peerPython } from '../parts.js';

interface Parsed {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly samples: readonly [name: string, labels: Record<string, string>, value: number][];
}

/** What Python's own parser makes of a text; it throws where that is none. */
function parsed(text: string, format: 'openmetrics' | 'plain'): Parsed[] {
  const script = fileURLToPath(new URL('../peers/openmetrics.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(peerPython!, [script, format], { input: text });
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}

const odd = 'a "board" \\ of {mine}, №1 = 😀';
const cpu: PowerReading = {
  ...{ kind: 'component', name: 'cpu', energyJ: 12.5, voltageV: null },
  powerW: { mean: -0.25, min: -1, max: 1e-7 },
};
const rail: PowerReading = {
  ...{ kind: 'rail', name: 'eps1', energyJ: 1e21, powerW: null },
  voltageV: { mean: 12, min: 11.9, max: 12.1 },
};
const track: TrackReading = {
  ...{ board: odd, powers: [cpu, rail], samples: 3, gaps: 1, coverage: 0.5, lastUnixS: 1.5 },
};
const silent: TrackReading = {
  ...{ board: 'silent', powers: [{ ...cpu, powerW: null, energyJ: 0 }], samples: 0, gaps: 0 },
  ...{ coverage: null, lastUnixS: null },
};

describe.each([
  ['OpenMetrics', 'openmetrics', openMetrics],
  ['plain text', 'plain', plainText],
] as const)('%s', (_, kind, format: Format) => {
  it('is read by the parser of its own as it was meant', needs(openMetricsParser), () => {
    const families = parsed(format.write(familiesOf([track, silent])), kind);
    const valueIn = (name: string, labels: Record<string, string>) =>
      families
        .flatMap(({ samples }) => samples)
        .filter(([its, its_labels]) => its === name && same(its_labels, labels))
        .map(([, , value]) => value);
    const component = { board: odd, component: 'cpu' };
    expect(valueIn('powerlog_power_watts', component)).toEqual([-0.25]);
    expect(valueIn('powerlog_power_min_watts', component)).toEqual([-1]);
    expect(valueIn('powerlog_power_max_watts', component)).toEqual([1e-7]);
    expect(valueIn('powerlog_energy_joules_total', component)).toEqual([12.5]);
    expect(valueIn('powerlog_energy_joules_total', { board: odd, rail: 'eps1' })).toEqual([1e21]);
    expect(valueIn('powerlog_voltage_volts', { board: odd, rail: 'eps1' })).toEqual([12]);
    expect(valueIn('powerlog_voltage_min_volts', { board: odd, rail: 'eps1' })).toEqual([11.9]);
    expect(valueIn('powerlog_voltage_volts', component)).toEqual([]);
    expect(valueIn('powerlog_samples_total', { board: odd })).toEqual([3]);
    expect(valueIn('powerlog_gaps_total', { board: odd })).toEqual([1]);
    expect(valueIn('powerlog_coverage_ratio', { board: odd })).toEqual([0.5]);
    expect(valueIn('powerlog_last_sample_timestamp_seconds', { board: odd })).toEqual([1.5]);
    // Of a board that is not there counters stand, and nothing is said of now.
    expect(valueIn('powerlog_energy_joules_total', { board: 'silent', component: 'cpu' })).toEqual([0]);
    expect(valueIn('powerlog_power_watts', { board: 'silent', component: 'cpu' })).toEqual([]);
    expect(valueIn('powerlog_coverage_ratio', { board: 'silent' })).toEqual([]);
    const typeOf = (name: string) => families.find((family) => family.name === name)?.type;
    expect(typeOf('powerlog_energy_joules')).toBe('counter');
    expect(typeOf('powerlog_power_watts')).toBe('gauge');
    expect(typeOf(kind === 'plain' ? 'powerlog_build_info' : 'powerlog_build')).toBe(
      kind === 'plain' ? 'gauge' : 'info',
    );
  });

  it('is read where nothing is recorded', needs(openMetricsParser), () => {
    const families = parsed(format.write(familiesOf([])), kind);
    expect(families.flatMap(({ samples }) => samples.map(([name]) => name))).toEqual(['powerlog_build_info']);
  });
});

it('is OpenMetrics for those who want it, and plain text for all others', () => {
  const prometheus =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  for (const accept of [
    prometheus,
    'application/openmetrics-text',
    'application/openmetrics-text; version="1.0.0"'.replaceAll('"', ''),
    'APPLICATION/OPENMETRICS-TEXT;VERSION=0.0.1',
    'text/plain;q=0.4, application/openmetrics-text;q=0.4',
  ])
    expect(formatFor(accept)).toBe(openMetrics);
  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
    'text/plain;version=0.0.4',
    'application/openmetrics-text;version=2.0.0',
    'application/openmetrics-text;q=0',
    'application/openmetrics-text;q=0.1,text/plain',
    ';;,,=;q=x',
  ])
    expect(formatFor(accept)).toBe(plainText);
});

const same = (one: Record<string, string>, other: Record<string, string>): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
