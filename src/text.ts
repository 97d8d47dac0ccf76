/** All but the joiners, of which the letters of some scripts and some emoji are made. */
const unprintable = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text from outside for a terminal: nothing in it can move the cursor, colour the rest, or turn its direction. */
export const printable = (text: string): string =>
  text.replace(unprintable, (hidden) => `\\u{${hidden.codePointAt(0)!.toString(16)}}`);

/** Text from outside for a terminal, line by line: only its line ends stay what they are. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/**
 * The text in a field of fixed size: UTF-8 up to the first NUL. A character that the field's end cut is left out; control
 * characters, and bytes that are no UTF-8, are shown as `\ufffd`.
 */
export function textOfField(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const decoder = new TextDecoder();
  // As a stream, since then what is incomplete at the end is waited for instead of replaced.
  const text = decoder.decode(end < 0 ? bytes : bytes.subarray(0, end), { stream: end < 0 });
  return withoutControls(text).trim();
}

/** A name from outside, fit for files and pipes too. */
export const withoutControls = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd');

/** What a glob matches, whole: `*` is any text, `?` any one character. */
export const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^(?:${glob
      .replace(/[^\w*?]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')})$`,
  );
