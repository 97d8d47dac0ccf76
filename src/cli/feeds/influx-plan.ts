import type { LinePlan } from '../../feeds/influx/lines/influx-sink.js';
import { checkTags, type Tag } from '../../feeds/influx/lines/tags.js';
import { authorization } from '../../feeds/influx/server/authorization.js';
import { choosePlan } from '../../feeds/influx/server/choose-plan.js';
import { askKind, type ServerKind } from '../../feeds/influx/server/server-kind.js';
import type { Target } from '../../feeds/influx/server/target.js';
import { readSecret, token } from '../../feeds/secret.js';

interface LineWishes {
  readonly target: Target;
  /** Means a second instead of every sample; null where nobody asked. */
  readonly meansHz: number | null;
  /** Of the samples; null where they come as they come. */
  readonly gridHz: number | null;
  readonly tags: readonly Tag[];
  readonly columns: string;
  readonly tokenFile: string | undefined;
}

export interface PlannedLines {
  readonly plan: LinePlan;
  readonly kind: ServerKind;
  readonly authorization: string | null;
}

const tokenPlaces = { variable: 'POWERLOG_INFLUX_TOKEN', option: '--influx-token-file' };

/**
 * Settles what is written, and how, with what the server says of itself.
 * @throws UserError (usage)
 */
export async function planLines(
  { target, meansHz, gridHz, tags, columns, tokenFile }: LineWishes,
  onNotice: (text: string) => void,
): Promise<PlannedLines> {
  checkTags(tags);
  const header = authorization(readSecret({ ...tokenPlaces, path: tokenFile }, token), target);
  const known: ServerKind = { unit: target.unit, name: 'it', failure: null };
  const kind = target.unit === null ? await askKind(target, header) : known;
  const { unit, intervalUs, notice } = choosePlan(target, kind, meansHz, gridHz);
  if (notice !== null) onNotice(notice);
  return { plan: { columns, tags, unit, intervalUs }, kind, authorization: header };
}
