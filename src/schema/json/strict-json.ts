/**
 * Reads JSON that a person wrote, in UTF-8 or, as Windows' tools write it, UTF-16, with a byte order mark or without. What
 * `JSON.parse` would settle in silence is refused: a key twice, of which it takes the last, and `__proto__`, which may vanish.
 * @throws Error that says what is wrong, with the line where it knows it
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decodedJson(bytes);
  const value: unknown = JSON.parse(text);
  checkKeys(text);
  return value;
}

/** @throws Error where it is no text */
export function decodedJson(bytes: Uint8Array): string {
  const mark = (bytes[0]! << 8) | bytes[1]!;
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error('it is not UTF-8', { cause: error });
  }
}

/** @param text valid JSON: only a key is a string before a colon */
function checkKeys(text: string): void {
  const open: Map<string, number>[] = [];
  let line = 1;
  let countedTo = 0;
  for (const { 0: token, 1: quoted, index } of text.matchAll(/("(?:[^"\\]|\\.)*")(?:\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Map());
    else if (token === '}') open.pop();
    if (quoted === undefined || !token.endsWith(':')) continue;
    line += text.slice(countedTo, index).split('\n').length - 1;
    countedTo = index;
    const key = JSON.parse(quoted) as string;
    const keys = open.at(-1)!;
    const first = keys.get(key);
    if (first !== undefined)
      throw new Error(`line ${line}: the key '${key}' stands there twice, first on line ${first}`);
    if (key === '__proto__') throw new Error(`line ${line}: '${key}' cannot be a key`);
    keys.set(key, line);
  }
}
