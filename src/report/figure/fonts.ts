import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FigureFont } from '../../draw/svg/figure.js';
import { packageFolder } from '../../tool.js';
import { FontFile } from './font-file.js';

/** Parts of Inter that the build has put beside the program; where several have a character, the first. */
const parts = ['latin', 'latin-ext', 'greek', 'cyrillic'] as const;
const pathOf = (part: string, kind: 'ttf' | 'woff2'): string =>
  join(packageFolder, 'lib', 'fonts', `inter-${part}.${kind}`);

/** Files for a renderer. */
export const fontFiles: readonly string[] = parts.map((part) => pathOf(part, 'ttf'));
export const fontFamily = 'Inter';

let opened: readonly { readonly part: string; readonly font: FontFile }[] | undefined;
const fonts = (): NonNullable<typeof opened> => {
  opened ??= parts.map((part) => ({ part, font: new FontFile(readFileSync(pathOf(part, 'ttf'))) }));
  return opened;
};

/** A character that no part has is taken for as wide as most of those are: a square. */
const foreignWidth = 1;

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    width +=
      fonts()
        .find(({ font }) => font.has(code))
        ?.font.advance(code) ?? foreignWidth;
  }
  return width;
}

/** Characters that no part has, each once. */
export const foreignTo = (text: string): string[] =>
  [...new Set(text)].filter((character) => !fonts().some(({ font }) => font.has(character.codePointAt(0)!)));

/** Each part that has a character of the texts, whole, for the characters that are taken from it. */
function styleFor(texts: readonly string[]): string {
  const wanted = [...new Set(texts.join(''))].map((character) => character.codePointAt(0)!);
  return fonts()
    .map(({ part, font }, n) => {
      const codes = wanted.filter(
        (code) =>
          font.has(code) &&
          !fonts()
            .slice(0, n)
            .some((other) => other.font.has(code)),
      );
      if (codes.length === 0) return '';
      const data = readFileSync(pathOf(part, 'woff2')).toString('base64');
      const range = codes
        .sort((a, b) => a - b)
        .map((code) => `U+${code.toString(16).toUpperCase()}`)
        .join();
      return `@font-face{font-family:${fontFamily};src:url(data:font/woff2;base64,${data}) format("woff2");unicode-range:${range}}`;
    })
    .join('');
}

export const figureFont: FigureFont = {
  family: `${fontFamily}, Helvetica, Arial, sans-serif`,
  widthOf,
  styleFor,
};
