import { describe, expect, it } from 'vitest';
import { inks, seriesStyles, type Theme } from '#powerlog/draw/colours.js';

/*
 * Dichromatic vision as Machado, Oliveira and Fernandes simulate it ("A Physiologically-based Model for Simulation of Color Vision
 * Deficiency", IEEE Transactions on Visualization and Computer Graphics 15(6), 2009): their matrices of severity 1.0, for linear RGB.
 */
type Matrix = readonly (readonly [number, number, number])[];
const visions: Readonly<Record<string, Matrix>> = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

type Triple = readonly [number, number, number];
const linear = (colour: string): Triple =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Triple;
const times = (matrix: Matrix, [r, g, b]: Triple): Triple =>
  matrix.map(([x, y, z]) => Math.min(Math.max(x * r + y * g + z * b, 0), 1)) as unknown as Triple;
const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** As the Web Content Accessibility Guidelines define it. */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(linear(one)), luminance(linear(other))].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/** CIELAB, D65. */
function lab(rgb: Triple): Triple {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [x, y, z] = times(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    rgb,
  );
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}
const difference = (one: Triple, other: Triple): number => Math.hypot(...one.map((v, n) => v - other[n]!));

const components = ['system', 'cpu', 'gpu', 'motherboard'];
const rails = [
  'eps1',
  'eps2',
  'atx_3v3',
  'atx_5v',
  'atx_5vsb',
  'atx_12v',
  'pcie1',
  'pcie2',
  'pcie3',
  'hpwr1',
  'hpwr2',
];
/** 2.3 is just seen when two patches touch; lines are thin and apart. */
const leastDifference = { components: 20, all: 15 };

describe.each<Theme>(['light', 'dark'])('colours on a %s ground', (theme) => {
  const names = [...components, ...rails];
  const styles = seriesStyles(names, theme);

  it('stand 3:1 against it, text 4.5:1', () => {
    const { ground, ink, faint } = inks[theme];
    for (const { colour } of styles) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(3);
    for (const text of [ink, faint]) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.entries(visions))('can be told apart with %s', (_, matrix) => {
    const seen = styles.map(({ colour }) => ({ colour, as: lab(times(matrix, linear(colour))) }));
    for (let i = 0; i < seen.length; i++)
      for (let j = 0; j < i; j++) {
        if (seen[i]!.colour === seen[j]!.colour) expect(styles[i]!.dash).not.toBe(styles[j]!.dash);
        else
          expect(difference(seen[i]!.as, seen[j]!.as), `${names[i]} and ${names[j]}`).toBeGreaterThan(
            i < components.length ? leastDifference.components : leastDifference.all,
          );
      }
  });
});
