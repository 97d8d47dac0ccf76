import { describe, expect, it } from 'vitest';
import { formatSupported, formatUncertain } from '#powerlog/measure/honest-digits.js';

describe('formatUncertain', () => {
  it.each([
    [3214.7, 96.4, '3.215 ± 0.096 kJ'],
    [3214.7, 99.6, '3.21 ± 0.10 kJ'],
    [512, 15.36, '512 ± 15 J'],
    [0.25, 0.0075, '250.0 ± 7.5 mJ'],
    [-0.4, 1.2, '-0.4 ± 1.2 J'],
    [-0.04, 1.2, '0.0 ± 1.2 J'],
    [-0.4, 31, '0 ± 31 J'],
    [0, 0.031, '0 ± 31 mJ'],
    [1_234_567, 37_000, '1.235 ± 0.037 MJ'],
    [950, 1200, '0.9 ± 1.2 kJ'],
    [1e-3, 250, '0 ± 250 J'],
  ])('%d ± %d', (value, uncertainty, text) => {
    expect(formatUncertain(value, uncertainty, 'J')).toBe(text);
  });

  it('claims nothing where the uncertainty is not known', () => {
    expect(formatUncertain(3214.7, null, 'J')).toBe('3.215 kJ');
    expect(formatUncertain(3214.7, 0, 'J')).toBe('3.215 kJ');
    expect(formatUncertain(500, 1e-13, 'W')).toBe('500.0 W');
  });
});

describe('formatSupported', () => {
  it('stops at the last digit that means something', () => {
    expect(formatSupported(260.1234, 7.8, 'W')).toBe('260.1 W');
    expect(formatSupported(260.1234, 12, 'W')).toBe('260 W');
  });
});
