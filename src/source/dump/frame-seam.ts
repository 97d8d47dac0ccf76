/** Between two frames that stand whole, a broken one looks much like the end of the first: so much must be gained. */
const brokenFrameMargin = 32;
/** What a byte is worth that is as expected, or nearly: the low bytes of readings differ a little from frame to frame. */
const worth = { equal: 4, near: 3, nearDifference: 8 };

/**
 * Where in a zone of two frames bytes were put in or lost, and so which frame is not what the board sent. Between the rails
 * of two frames nothing but likeness tells: most bytes of a frame are those of the next one too.
 * @param expected What the zone would be like; its frames are `frameBytes` long
 * @param boundary Where its second frame begins; 0 where there is no first
 */
export function touchedBy(
  zone: Uint8Array,
  expected: readonly Uint8Array[],
  boundary: number,
  frameBytes: number,
): { previous: boolean; next: boolean } {
  const wanted = Buffer.concat(expected);
  const extra = zone.length - wanted.length;
  const [putIn, lost] = [Math.max(0, extra), Math.max(0, -extra)];
  // As though it happened at the front; then one place further each time.
  const behind = (n: number) => likeness(zone[n + putIn]!, wanted[n + lost]!);
  const places = Math.min(zone.length, wanted.length);
  let score = 0;
  for (let n = 0; n < places; n++) score += behind(n);
  const scores = [score];
  for (let n = 0; n < places; n++) {
    score += likeness(zone[n]!, wanted[n]!) - behind(n);
    scores.push(score);
  }
  const best = Math.max(...scores);
  const margin = extra >= frameBytes / 2 ? brokenFrameMargin : 0;
  if (extra >= 0 && scores[boundary]! >= best - margin) return { previous: false, next: false };
  const likeliest = scores.flatMap((each, place) => (each === best ? [place] : []));
  return {
    previous: likeliest.some((place) => place < boundary),
    next: likeliest.some((place) => place + lost > boundary),
  };
}

function likeness(one: number, other: number): number {
  const difference = (one - other) & 0xff;
  if (difference === 0) return worth.equal;
  return Math.min(difference, 0x100 - difference) <= worth.nearDifference ? worth.near : 0;
}
