/* Numbers that are read from two metres: digits of 3 × 5 dots, each as many half cells as there is room for. */

const glyphs: Readonly<Record<string, readonly string[]>> = {
  '0': ['###', '# #', '# #', '# #', '###'],
  '1': [' # ', '## ', ' # ', ' # ', '###'],
  '2': ['###', '  #', '###', '#  ', '###'],
  '3': ['###', '  #', '###', '  #', '###'],
  '4': ['# #', '# #', '###', '  #', '  #'],
  '5': ['###', '#  ', '###', '  #', '###'],
  '6': ['###', '#  ', '###', '# #', '###'],
  '7': ['###', '  #', '  #', '  #', '  #'],
  '8': ['###', '# #', '###', '# #', '###'],
  '9': ['###', '# #', '###', '  #', '###'],
  '-': ['   ', '   ', '###', '   ', '   '],
  ' ': ['   ', '   ', '   ', '   ', '   '],
};
const glyphDots = { wide: 3, high: 5 };
const halves = [' ', '▀', '▄', '█'];

/** Cells of so many digits at a scale: a dot is `scale` cells wide. */
export const digitsWidth = (count: number, scale: number): number =>
  count * (glyphDots.wide + 1) * scale - scale;
export const digitsHeight = (scale: number): number => Math.ceil((glyphDots.high * scale) / 2);

/** Each glyph's lines at each scale, made when they are wanted. */
const made = new Map<string, readonly string[]>();

/** Lines of a whole number. */
export function digits(text: string, scale: number): string[] {
  const each = [...text].map((character) => glyphLines(character, scale));
  return Array.from({ length: digitsHeight(scale) }, (_, row) =>
    each.map((lines) => lines[row]).join(' '.repeat(scale)),
  );
}

function glyphLines(character: string, scale: number): readonly string[] {
  const known = made.get(character + scale);
  if (known) return known;
  const dots = Array.from({ length: glyphDots.high * scale }, (_, y) =>
    [...glyphs[character]![Math.floor(y / scale)]!].map((dot) => dot.repeat(scale)).join(''),
  );
  const lines = Array.from({ length: digitsHeight(scale) }, (_, row) =>
    [...dots[2 * row]!]
      .map((dot, x) => halves[(dot === '#' ? 1 : 0) + (dots[2 * row + 1]?.[x] === '#' ? 2 : 0)])
      .join(''),
  );
  made.set(character + scale, lines);
  return lines;
}
