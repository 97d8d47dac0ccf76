import { describe, expect, it } from 'vitest';
import { powerlog } from './run.js';

/** What stands beside an option, on one line. */
function helpOf(command: string, option: string): string {
  const { out } = powerlog([command, '--help']);
  const [, text] = new RegExp(`^ +(${option} [^]*?)(?=^ +-|^$)`, 'm').exec(out) ?? [];
  return text?.replaceAll(/\s+/g, ' ') ?? '';
}

describe('--help says what holds where nothing is said', () => {
  it.each([
    ['record', '--slot-feed', '(default: what the map says, or else motherboard)'],
    ['record', '--accuracy', '(default: as it was recorded, or else the nominal one, where there is one)'],
    ['record', '--max-wire', '(default: 9.2A, what a pin is rated for)'],
    ['exec', '--max-wire-share', '(default: 25% of six wires, half as much again as an even share)'],
    ['replay', '--max-wire', '(default: as recorded)'],
    ['replay', '--max-wire-share', '(default: as recorded)'],
    ['exec', '--reconnect', '(default: forever)'],
  ])('%s %s', (command, option, said) => {
    expect(helpOf(command, option)).toContain(said);
  });
});
