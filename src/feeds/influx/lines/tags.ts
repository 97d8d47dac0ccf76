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
/** In names that are not the user's to choose now, such as a board's, it is replaced. */
const unwritable = /[\\\p{Cc}]/u;

/** What points say of themselves; `--tag` may say another `run` or `host`. */
const ours: readonly string[] = ['board', 'kind', 'mark', 'component', 'rail', 'time', 'db'];

/** Reads `--tag k=v`. @param mayNameBoard where a recording is not under way @throws UserError (usage) */
export function parseTag(text: string, mayNameBoard = false): Tag {
  const at = text.indexOf('=');
  if (at < 0) throw noTag(text);
  return checkedTag(text.slice(0, at), text.slice(at + 1), mayNameBoard);
}

/** @param mayNameBoard as `parseTag` has it @throws UserError (usage) */
export function checkedTag(key: string, value: string, mayNameBoard = false): Tag {
  if (!keyPattern.test(key)) throw noTag(`${key}=${value}`);
  if (value.trim() === '' || value.length > longestValue)
    throw usageError(`the tag ${key} needs a value of 1 to ${longestValue} characters`);
  if (unwritable.test(value))
    throw usageError(
      `the tag ${key} holds a backslash or a control character such as a line's end, which line protocol has no sure way to write: leave it out, or give a / instead`,
    );
  if (ours.includes(key) && !(mayNameBoard && key === 'board'))
    throw usageError(`the tag ${key} is powerlog's own; choose another name`);
  return { key, value };
}

const noTag = (text: string) =>
  usageError(`'${text}' is not a tag: a key of letters, digits and _, =, and a value, such as rack=b4`);

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
