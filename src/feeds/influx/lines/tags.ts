import { usageError } from '../../../errors.js';
import { withoutControls } from '../../../text.js';

/** Beside which measurement a point stands. */
export const samplesMeasurement = 'powerlog';
export const marksMeasurement = 'powerlog_marks';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

const keyPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
const longestValue = 200;

/** What points say of themselves; `--tag` may say another `run` or `host`. */
const ours: readonly string[] = ['board', 'kind', 'mark', 'component', 'rail', 'time', 'db'];

/** Reads `--tag k=v`. @param mayNameBoard where a recording is not under way @throws UserError (usage) */
export function parseTag(text: string, mayNameBoard = false): Tag {
  const at = text.indexOf('=');
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !keyPattern.test(key))
    throw usageError(
      `'${text}' is not a tag: a key of letters, digits and _, =, and a value, such as rack=b4`,
    );
  if (value.trim() === '' || value.length > longestValue)
    throw usageError(`the tag ${key} needs a value of 1 to ${longestValue} characters`);
  if (ours.includes(key) && !(mayNameBoard && key === 'board'))
    throw usageError(`the tag ${key} is powerlog's own; choose another name`);
  return { key, value };
}

/** @throws UserError (usage) where a key stands twice */
export function checkTags(tags: readonly Tag[]): void {
  const twice = tags.find(({ key }, n) => tags.findIndex((each) => each.key === key) !== n);
  if (twice) throw usageError(`the tag ${twice.key} is given twice`);
}

/** A measurement with its tags, as a line begins; keys are sorted, as databases like them. */
export const lineHead = (measurement: string, tags: readonly Tag[]): string =>
  [
    measurement,
    ...tags
      .filter(({ value }) => value !== '')
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ key, value }) => `${key}=${escaped(value)}`),
  ].join(',');

/** The format has no way to write a backslash before a comma, or at the end. */
const escaped = (value: string): string =>
  withoutControls(value).replaceAll('\\', '/').replace(/[,= ]/g, '\\$&');

/** A field that is text. */
export const quoted = (text: string): string => `"${withoutControls(text).replace(/["\\]/g, '\\$&')}"`;
