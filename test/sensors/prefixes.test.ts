import { describe, expect, it } from 'vitest';
import { Prefixes } from '#powerlog/sensors/prefixes.js';

const device = (prefix: string, uuid: string | null, bus: string | null) => ({
  prefix,
  uuid,
  bus,
  name: null,
});

describe('what the columns of cards begin with', () => {
  it('is their number, the first time', () => {
    const prefixes = new Prefixes([]);
    expect(prefixes.ofCard({ uuid: 'a', bus: null }, 0)).toBe('gpu0');
    expect(prefixes.ofCard({ uuid: null, bus: '2' }, 1)).toBe('gpu1');
    expect(prefixes.ofCard({ uuid: null, bus: null }, 2)).toBe('gpu2');
  });

  it('stays what it was, by the UUID before the bus', () => {
    const prefixes = new Prefixes([device('gpu0', 'a', '1'), device('gpu1', 'b', '2')]);
    expect(prefixes.ofCard({ uuid: 'b', bus: '1' }, 0)).toBe('gpu1');
    expect(prefixes.ofCard({ uuid: null, bus: '1' }, 1)).toBe('gpu0');
  });

  it('is a new one of a card that was not there', () => {
    const prefixes = new Prefixes([device('gpu0', 'a', null), device('gpu1', 'b', null)]);
    expect(prefixes.ofCard({ uuid: 'c', bus: null }, 0)).toBe('gpu2');
    expect(prefixes.ofCard({ uuid: 'd', bus: null }, 1)).toBe('gpu3');
  });

  it('is the number, where nothing else was known of it', () => {
    const prefixes = new Prefixes([device('gpu0', null, null)]);
    expect(prefixes.ofCard({ uuid: null, bus: null }, 0)).toBe('gpu0');
    expect(prefixes.ofCard({ uuid: 'a', bus: null }, 1)).toBe('gpu1');
  });
});
