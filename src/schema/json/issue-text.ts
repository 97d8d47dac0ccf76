import type * as z from 'zod';

/** What JSON is held against. */
export type Schema<Value> = z.ZodType<Value>;

/** The first thing wrong with a parsed JSON document, as `path: what was expected`, on one line. */
export function issueText(error: z.ZodError): string {
  const issue = error.issues[0]!;
  // A bad key of a record hides what its own schema said one level down.
  const text = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return `${placeText(issue.path)}: ${text.replaceAll('\n', ' ')}`;
}

/** A place in a document as people write it: `rails[0].name`. */
export const placeText = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '') || 'top level';

/** Where in the document that is. */
export function issuePlace(error: z.ZodError): readonly PropertyKey[] {
  const issue = error.issues[0]!;
  const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  return unknown === undefined ? issue.path : [...issue.path, unknown];
}

/** For `z.strictObject`: names the key that does not belong and those that do; other faults keep zod's words. */
export function allowKeys(...allowed: readonly string[]) {
  return (issue: { readonly code?: string; readonly keys?: readonly string[]; readonly input?: unknown }) => {
    if (issue.code === 'unrecognized_keys')
      return `unknown key ${issue.keys?.map((key) => `'${key}'`).join(', ')}; allowed are ${allowed.join(', ')}`;
    return `expected an object with ${allowed.join(', ')}`;
  };
}
