import type * as z from 'zod';

/** What JSON is held against. */
export type Schema<Value> = z.ZodType<Value>;

/** The first thing wrong with a parsed JSON document, as `path: what was expected`, on one line. */
export function issueText(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const path = issue.path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('');
  // A bad key of a record hides what its own schema said one level down.
  const text = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return `${path.replace(/^\./, '') || 'top level'}: ${text.replaceAll('\n', ' ')}`;
}

/** For `z.strictObject`: names the key that does not belong and those that do; other faults keep zod's words. */
export function allowKeys(...allowed: readonly string[]) {
  return (issue: { readonly code?: string; readonly keys?: readonly string[]; readonly input?: unknown }) => {
    if (issue.code === 'unrecognized_keys')
      return `unknown key ${issue.keys?.map((key) => `'${key}'`).join(', ')}; allowed are ${allowed.join(', ')}`;
    return `expected an object with ${allowed.join(', ')}`;
  };
}
