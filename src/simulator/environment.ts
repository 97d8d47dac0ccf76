import type { ProfileName } from './profile-names.js';
import { uniform } from './random.js';

/**
 * What the board reads beside its rails: probes, temperatures, fans. By field name, in the board's integers; probes not
 * named are not connected. Changes slowly: `second` counts whole seconds of CLOCK_MONOTONIC.
 */
export function environmentAt(profile: ProfileName, seed: number, second: number): Map<string, number> {
  const paper = profile === 'constant' || profile === 'square';
  const drift = (channel: number, spread: number) =>
    paper ? 0 : Math.round(spread * (wave(seed, channel, second) - 0.5));
  const warm = { constant: 8, square: 8, idle: 0, train: 16, inference: 9 }[profile];
  const fanRpm = (channel: number, dutyPct: number) => dutyPct * 22 + drift(channel, 60);
  const duty = 30 + 2 * warm;
  return new Map([
    ['vin1_v', 12_030 + drift(1, 20)],
    ['vin2_v', 5010 + drift(2, 10)],
    ['vin3_v', 3310 + drift(3, 10)],
    ['vin4_v', 1215 + drift(4, 30)],
    ['vdd_v', 3300 + drift(5, 6)],
    ['vref_v', 1212 + drift(6, 2)],
    ['chip_temp_c', 340 + drift(7, 30)],
    ['temp1_c', 315 + 10 * warm + drift(8, 20)],
    ['temp2_c', 290 + 6 * warm + drift(9, 20)],
    ['temp_hpwr1_in_c', 300 + 7 * warm + drift(14, 10)],
    ['temp_hpwr1_out_c', 305 + 9 * warm + drift(15, 10)],
    ['ambient_temp_c', 236 + drift(10, 8)],
    ['humidity_pct', 412 + drift(11, 30)],
    ['fan1_enabled', 1],
    ['fan1_duty_pct', duty],
    ['fan1_rpm', fanRpm(12, duty)],
    ['fan2_enabled', 1],
    ['fan2_duty_pct', duty],
    ['fan2_rpm', fanRpm(13, duty)],
  ]);
}

/** Between 0 and 1, smooth over half a minute. */
function wave(seed: number, channel: number, second: number): number {
  const slot = Math.floor(second / 30);
  const share = (second - slot * 30) / 30;
  return (1 - share) * uniform(seed ^ channel, slot) + share * uniform(seed ^ channel, slot + 1);
}
