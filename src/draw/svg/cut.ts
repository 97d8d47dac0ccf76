import type { FigureFont } from './figure.js';

/** Text cut to a width, with `…` for what is left out; empty where nothing of it would be left. */
export function cutTo(text: string, width: number, size: number, { widthOf }: FigureFont): string {
  if (widthOf(text) * size <= width) return text;
  const characters = [...text];
  while (characters.length > 0) {
    characters.pop();
    const cut = `${characters.join('').trimEnd()}…`;
    if (widthOf(cut) * size <= width) return characters.length < 2 ? '' : cut;
  }
  return '';
}
