/** Why a receiver takes nothing. */
export type Trouble =
  /** Nobody answers, or it can't just now. */
  | { readonly kind: 'away'; readonly why: string }
  /** It answers, and takes nothing until somebody does something about it. */
  | { readonly kind: 'shut'; readonly why: string; readonly todo: string };
