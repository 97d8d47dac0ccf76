/** A stretch of the page's time axis, µs. */
export interface Range {
  readonly fromUs: number;
  readonly toUs: number;
}

export const lengthUs = ({ fromUs, toUs }: Range): number => toUs - fromUs;
export const sameRange = (a: Range, b: Range): boolean => a.fromUs === b.fromUs && a.toUs === b.toUs;
export const middleUs = ({ fromUs, toUs }: Range): number => (fromUs + toUs) / 2;
/** What lies at a share of it. */
export const usAt = ({ fromUs, toUs }: Range, share: number): number => fromUs + share * (toUs - fromUs);

/** Narrower than this shows nothing more. */
const narrowestUs = 20;

/** What stays in place at `aboutUs` while the range becomes `factor` times as long. */
export const scaled = ({ fromUs, toUs }: Range, aboutUs: number, factor: number): Range => ({
  fromUs: aboutUs - (aboutUs - fromUs) * factor,
  toUs: aboutUs + (toUs - aboutUs) * factor,
});

export const shifted = ({ fromUs, toUs }: Range, byUs: number): Range => ({
  fromUs: fromUs + byUs,
  toUs: toUs + byUs,
});

/** The range, no longer than `whole`, no shorter than can be seen, and moved into it. */
export function fitted(range: Range, whole: Range): Range {
  const length = Math.min(Math.max(lengthUs(range), narrowestUs), lengthUs(whole));
  const middle = middleUs(range);
  const fromUs = Math.min(Math.max(middle - length / 2, whole.fromUs), whole.toUs - length);
  return { fromUs, toUs: fromUs + length };
}

/** What is looked at when the whole has grown. */
export function followed(view: Range, before: Range, whole: Range): Range {
  if (sameRange(view, before)) return whole;
  if (view.toUs < before.toUs) return view;
  return fitted({ fromUs: view.fromUs + whole.toUs - view.toUs, toUs: whole.toUs }, whole);
}
