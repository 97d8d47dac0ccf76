import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRailMap } from '#powerlog/session/map/map-file.js';
import { scratch } from '../capture/samples.js';

function read(content: unknown) {
  const path = join(scratch(), 'map.json');
  const whole = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(path, whole ? content : JSON.stringify(content));
  return readRailMap(path);
}

describe('a map file', () => {
  it('says which rails make up which component, in its order; there is no slot unless it says so', () => {
    const map = read({ components: { gpu2: ['pcie3'], gpu: ['hpwr1', 'pcie1'], pump: ['pcie2'] } });
    expect(map).toEqual({
      components: { gpu2: ['pcie3'], gpu: ['hpwr1', 'pcie1'], pump: ['pcie2'] },
      slot: null,
    });
    expect(Object.keys(map.components)).toEqual(['gpu2', 'gpu', 'pump']);
  });

  it('may name the slot, fed by the motherboard unless it says otherwise', () => {
    const components = { gpu: ['hpwr1'], motherboard: ['atx_12v'] };
    expect(read({ components, slot: { rail: 'pcie3' } }).slot).toEqual({
      rail: 'pcie3',
      feed: 'motherboard',
    });
    expect(read({ components, slot: { rail: 'pcie3', feed: 'psu' } }).slot?.feed).toBe('psu');
  });

  const components = { cpu: ['eps1'] };
  it.each([
    ['no JSON', '{"components":', /map\.json: not JSON .*expected \{"components"/],
    ['a list', [], /top level: expected an object with components, slot/],
    ['no components', {}, /components: expected components, each with its list of rails/],
    ['none at all', { components: {} }, /components: expected at least one component/],
    [
      'a rail instead of a list',
      { components: { cpu: 'eps1' } },
      /components\.cpu: expected a list of rails/,
    ],
    ['an empty list', { components: { cpu: [] } }, /components\.cpu: expected at least one rail/],
    ['a number', { components: { cpu: ['eps1', 2] } }, /components\.cpu\[1\]: expected the name of a rail/],
    [
      'a capital',
      { components: { CPU: ['eps1'] } },
      /components\.CPU: a component is named in lower-case letters/,
    ],
    [
      'a prototype',
      '{"components":{"gpu":["pcie1"],\n"__proto__":["eps1"]}}',
      /map\.json: line 2: '__proto__' cannot be a key$/,
    ],
    [
      'a component twice',
      '{\n  "components": {\n    "gpu": ["pcie1"],\n    "g\\u0070u": ["pcie2"]\n  }\n}',
      /map\.json: line 4: the key 'gpu' stands there twice, first on line 3$/,
    ],
    ['another encoding', Buffer.from('{"components":{"caf\xe9":["eps1"]}}', 'latin1'), /: it is not UTF-8$/],
    ['system', { components: { system: ['eps1'] } }, /components\.system: 'system' is taken/],
    [
      'a stray key',
      { components, slots: 1 },
      /top level: unknown key 'slots'; allowed are components, slot$/,
    ],
    [
      'a bad feed',
      { components, slot: { rail: 'pcie1', feed: 'usb' } },
      /slot\.feed: expected 'motherboard' or 'psu'/,
    ],
    [
      'a stray slot key',
      { components, slot: { rail: 'pcie1', x: 1 } },
      /slot: unknown key 'x'; allowed are rail, feed$/,
    ],
  ])('with %s is refused by the place and what is allowed, on one line', (_, content, message) => {
    expect(() => read(content)).toThrow(
      expect.objectContaining({ exitCode: 6, message: expect.stringMatching(message) }),
    );
    expect(() => read(content)).not.toThrow(/\n/);
  });

  const text = JSON.stringify({ components: { gpu: ['pcie1'] }, slot: null });
  const marked = Buffer.from(`\ufeff${text}`, 'utf16le');
  it.each([
    ['a byte order mark', `\ufeff${text}`],
    ["PowerShell's encoding", marked],
    ['its bytes the other way round', Buffer.from(marked).swap16()],
  ])('with %s is read as it was meant', (_, content) => {
    expect(read(content)).toEqual(JSON.parse(text));
  });

  it('may name a component as every object names something', () => {
    const map = read({ components: { constructor: ['eps1'] }, slot: null });
    expect(Object.entries(map.components)).toEqual([['constructor', ['eps1']]]);
  });

  it('that is missing is refused', () => {
    expect(() => readRailMap('/no/such/map.json')).toThrow(
      expect.objectContaining({ exitCode: 6, message: expect.stringMatching(/no such file/) }),
    );
  });
});
