/*
 * One component has one colour everywhere: terminal, page, figure. From the palette of Okabe and Ito, which people with any kind of
 * colour vision can tell apart (https://jfly.uni-koeln.de/color/), darkened or lightened until it stands 3:1 against its ground.
 */

export type Theme = 'light' | 'dark';

/** Ground, text and lines of a picture. */
export const inks: Readonly<
  Record<Theme, { ground: string; ink: string; faint: string; line: string; accent: string }>
> = {
  light: { ground: '#ffffff', ink: '#1a1c20', faint: '#5b616b', line: '#d9dce1', accent: '#0b57d0' },
  dark: { ground: '#111418', ink: '#e8eaed', faint: '#9aa1ac', line: '#2c323a', accent: '#8ab4f8' },
};

const components: Readonly<Record<string, Readonly<Record<Theme, string>>>> = {
  system: { light: '#1a1c20', dark: '#e8eaed' },
  cpu: { light: '#0072b2', dark: '#56b4e9' },
  gpu: { light: '#d55e00', dark: '#f28e2b' },
  motherboard: { light: '#00805e', dark: '#2fbf95' },
};

/** For what has none of its own: other components, rails, wires, in their order. */
const others: readonly Readonly<Record<Theme, string>>[] = [
  { light: '#a0488b', dark: '#cc79a7' },
  { light: '#8a6d00', dark: '#f0e442' },
  { light: '#0072b2', dark: '#56b4e9' },
  { light: '#d55e00', dark: '#f28e2b' },
  { light: '#00805e', dark: '#2fbf95' },
  { light: '#5b616b', dark: '#9aa1ac' },
  { light: '#7b4ea3', dark: '#b79be0' },
  { light: '#9a3b26', dark: '#e8907a' },
];

/** @param index its place among those without a colour of their own */
export const colourOf = (name: string, index: number, theme: Theme): string =>
  (Object.hasOwn(components, name) ? components[name]! : others[index % others.length]!)[theme];

/** Whether it is one of those that look the same everywhere, whatever else is shown. */
export const hasOwnColour = (name: string): boolean => Object.hasOwn(components, name);
