import { printable } from '../text.js';
import { nameOf } from './sides/open-side.js';
import type { SensorDevice, Side } from './sides/side.js';

/** What the UUIDs tell of whether the card that was read is the one that was measured: no statistics can. */
export function twinRemarks(a: Side, b: Side): string[] {
  const there = distinct([...(a.recording?.devices ?? []), ...(b.recording?.devices ?? [])]);
  const { uuid } = b;
  const known = there.map((device) => device.uuid);
  if (uuid !== null && known.length > 0 && !known.includes(uuid))
    return [
      `${nameOf(b.path)} is of ${printable(uuid)}, and the sensors of the recording read ${list(there)}: it is another card`,
    ];
  if (there.length < 2) return [];
  const which =
    uuid === null
      ? `which of them ${nameOf(b.path)} is of, it does not say`
      : `${nameOf(b.path)} is of ${printable(uuid)}`;
  return [
    `the sensors of the recording read ${there.length} cards: ${list(there)}; ${which}. Cards that do the same steps look alike: check that this one is on the board's cables`,
  ];
}

/** Devices with a UUID, each once. */
const distinct = (devices: readonly SensorDevice[]): SensorDevice[] =>
  devices.filter(({ uuid }, n) => uuid !== null && devices.findIndex((other) => other.uuid === uuid) === n);

const list = (devices: readonly SensorDevice[]): string =>
  devices.map(({ prefix, name, uuid }) => printable(`${prefix || (name ?? 'a card')} (${uuid})`)).join(', ');
