import { usageError } from '../../../errors.js';
import { withoutControls } from '../../../text.js';

/** Where a board's messages stand: `PREFIX/HOST/BOARD/…`. */
export interface BoardTopics {
  /** Every interval, in order, at least once. */
  readonly power: string;
  /** The last interval; retained. */
  readonly latest: string;
  /** `online`, `recording` or `offline`; retained. */
  readonly state: string;
  /** Which board it is; retained. */
  readonly board: string;
  readonly marks: string;
}

export function topicsFor(prefix: string, host: string, board: string): BoardTopics {
  const base = [prefix, topicLevel(host), topicLevel(board)].join('/');
  return {
    power: `${base}/power`,
    latest: `${base}/latest`,
    state: `${base}/state`,
    board: `${base}/board`,
    marks: `${base}/marks`,
  };
}

/** A name as one level of a topic: without what means something there, and without spaces. */
export const topicLevel = (text: string): string =>
  withoutControls(text)
    .trim()
    .replace(/[+#/\s]/g, '_')
    .replace(/^\$/, '_') || '_';

const longestTopic = 200;

/** A topic that others stand below. @throws UserError (usage) */
export function checkedTopic(text: string): string {
  if (text.length > longestTopic || !/^[^+#\s\p{Cc}/$][^+#\s\p{Cc}]*$/u.test(text) || /\/\/|\/$/.test(text))
    throw usageError(
      `'${text}' is no topic that others can stand below: names with / between them, without +, # and spaces, such as lab/power`,
    );
  return text;
}
