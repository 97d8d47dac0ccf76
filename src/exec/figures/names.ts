import { printable } from '../../text.js';

/**
 * Names for people, one for each text: nothing in them moves a cursor, what is longer than `width` characters loses its
 * middle, and those that this makes alike, as well as those that were alike before, are numbered.
 */
export function distinctNames(texts: readonly string[], width: number): string[] {
  const shorts = texts.map((text) => shortened(printable(text), width));
  const taken = new Set(shorts);
  return shorts.map((short, index) => {
    if (shorts.indexOf(short) === index && shorts.lastIndexOf(short) === index) return short;
    let number = 1;
    while (taken.has(`${short} (${number})`)) number++;
    const name = `${short} (${number})`;
    taken.add(name);
    return name;
  });
}

/** What tells two command lines apart stands at their ends more often than in their middle. */
function shortened(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  const head = Math.ceil((width - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(head + 1 - width).join('')}`;
}

/** Command lines as names: on one line. */
export const commandNames = (lines: readonly string[]): string[] =>
  distinctNames(
    lines.map((line) => line.replace(/\s+/g, ' ').trim()),
    72,
  );
