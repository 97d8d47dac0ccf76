/*
 * One component has one colour everywhere: terminal, page, figure. The components' are the palette of Okabe and Ito, which people with
 * any kind of colour vision can tell apart (https://jfly.uni-koeln.de/color/), darkened or lightened until they stand 3:1 against their
 * ground and apart from each other without blue too; the others were searched for to stand apart from these and from each other.
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
  cpu: { light: '#0063a6', dark: '#6cc0f5' },
  gpu: { light: '#d55e00', dark: '#f28e2b' },
  motherboard: { light: '#009e73', dark: '#009a70' },
};

/** For what has none of its own: other components, rails, wires, in their order. */
const others: readonly Readonly<Record<Theme, string>>[] = [
  { light: '#702a70', dark: '#a545a5' },
  { light: '#8a4dff', dark: '#a684ff' },
  { light: '#8c2323', dark: '#cc4a4a' },
  { light: '#806080', dark: '#a486a4' },
  { light: '#dd45dd', dark: '#e0c080' },
  { light: '#4b2aa8', dark: '#6a4cff' },
];

/** @param index its place among those without a colour of their own */
export const colourOf = (name: string, index: number, theme: Theme): string =>
  (Object.hasOwn(components, name) ? components[name]! : others[index % others.length]!)[theme];

/** How one of several series is drawn. */
interface SeriesStyle {
  readonly colour: string;
  /** 0 for a line without gaps; series of one colour differ in it. */
  readonly dash: number;
}

/** Of all series of a recording, in its order, so that each looks the same whichever of them are shown. */
export function seriesStyles(names: readonly string[], theme: Theme): SeriesStyle[] {
  const uses = new Map<string, number>();
  let index = 0;
  return names.map((name) => {
    const colour = colourOf(name, Object.hasOwn(components, name) ? 0 : index++, theme);
    const dash = uses.get(colour) ?? 0;
    uses.set(colour, dash + 1);
    return { colour, dash };
  });
}

/** Whether it is one of those that look the same everywhere, whatever else is shown. */
export const hasOwnColour = (name: string): boolean => Object.hasOwn(components, name);

/** Red, green and blue of a colour such as `#1a7f37`, 0 to 255. */
export const rgbOf = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
