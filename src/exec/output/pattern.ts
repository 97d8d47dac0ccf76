import { errorText, usageError } from '../../errors.js';

/** Groups of a pattern for the command's output: what a match of each marks, and how many of it. */
const groupNames = ['begin', 'end', 'point', 'count'];
const example = "such as '(?<begin>epoch \\d+) starts|(?<end>epoch \\d+) took'";

/** @throws UserError (usage) for what is no regular expression, or has other groups than marks are made of */
export function checkPattern(source: string): string {
  let groups: Readonly<Record<string, unknown>>;
  try {
    groups = new RegExp(`(?:${source})|`).exec('')?.groups ?? {}; // all there are, since the empty text matches
    new RegExp(source);
  } catch (error) {
    const why = errorText(error).replace(/^.*: /s, '');
    const hint = source.includes('(?P<') ? '; a named group is (?<name>…) here, not (?P<name>…)' : '';
    throw usageError(`'${source}' is not a regular expression (${why})${hint}`);
  }
  const names = Object.keys(groups);
  const unknown = names.find((name) => !groupNames.includes(name));
  if (unknown !== undefined)
    throw usageError(`'${source}' has a group '${unknown}'; expected begin, end, point or count`);
  const marks = names.filter((name) => name !== 'count');
  if (marks.length === 0)
    throw usageError(`'${source}' marks nothing: name a group begin, end or point, ${example}`);
  if (names.includes('count') && !marks.some((name) => name !== 'begin'))
    throw usageError(`'${source}' counts what it does not end: a count goes with an end or a point`);
  return source;
}
