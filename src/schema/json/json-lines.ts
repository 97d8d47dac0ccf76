/**
 * The line of a JSON text on which a value stands, or the innermost one around it that is there; from 1.
 * @param text valid JSON
 */
export function lineOf(text: string, path: readonly PropertyKey[]): number {
  let at = skipSpace(text, 0);
  for (const step of path) {
    const found = childAt(text, at, step);
    if (found < 0) break;
    at = found;
  }
  return text.slice(0, at).split('\n').length;
}

/** Where a member of the object or list at `at` begins; -1 where it has none like that. */
function childAt(text: string, at: number, step: PropertyKey): number {
  const open = text[at];
  if (open !== '{' && open !== '[') return -1;
  let position = skipSpace(text, at + 1);
  for (let n = 0; text[position] !== '}' && text[position] !== ']'; n++) {
    let key: PropertyKey = n;
    let begin = position;
    if (open === '{') {
      const end = endOf(text, position);
      key = JSON.parse(text.slice(position, end)) as string;
      begin = position;
      position = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (key === step) return open === '{' ? position : begin;
    position = skipSpace(text, endOf(text, position));
    if (text[position] === ',') position = skipSpace(text, position + 1);
  }
  return -1;
}

/** Behind the value that begins at `at`. */
function endOf(text: string, at: number): number {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s,:{}[\]"]+/g;
  tokens.lastIndex = at;
  let depth = 0;
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    if (match[0] === '{' || match[0] === '[') depth++;
    else if (match[0] === '}' || match[0] === ']') depth--;
    if (depth === 0) return tokens.lastIndex;
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  let position = at;
  while (/\s/.test(text[position] ?? '')) position++;
  return position;
}
