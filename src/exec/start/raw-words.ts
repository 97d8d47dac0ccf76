import { readFileSync } from 'node:fs';
import { startNote } from './inherited.js';
import type { Bytes } from './system.js';

/** What stands for bytes that are not UTF-8, where Node has read them. */
const replacement = '\uFFFD';

/** An argument of powerlog as it was given; undefined where it cannot be told which of several it was. */
export function rawArgument(word: string): Bytes | undefined {
  if (!word.includes(replacement)) return Buffer.from(word);
  const alike = procStrings('cmdline').filter((bytes) => bytes.toString() === word);
  return alike.every((bytes) => bytes.equals(alike[0]!)) ? alike[0] : undefined;
}

/**
 * An environment as `NAME=value`: what powerlog did not change goes on byte for byte and in its place, also what Node cannot
 * read.
 */
export function rawEnvironment(environment: NodeJS.ProcessEnv): Bytes[] {
  const own = procStrings('environ').map((bytes) => ({ bytes, name: bytes.toString().split('=', 1)[0]! }));
  const kept = own.filter(({ name }) => name !== startNote && environment[name] === process.env[name]);
  const there = new Set(kept.map(({ name }) => name));
  const others = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && !there.has(name),
  );
  return [
    ...kept.map(({ bytes }) => bytes),
    ...others.map(([name, value]) => Buffer.from(`${name}=${value}`)),
  ];
}

/** What the kernel keeps of powerlog's own start, apart; empty where it does not tell. */
function procStrings(name: 'cmdline' | 'environ'): Buffer[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(`/proc/self/${name}`);
  } catch {
    return [];
  }
  const strings: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    strings.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return strings;
}
