/** A figure beside its target, as a ratio against a peer in the same run or as a plain number. */
export interface Claim {
  readonly what: string;
  /** NaN where the peer is missing. */
  readonly value: number;
  /** The least and the most of its repeats. */
  readonly spread?: readonly [number, number];
  readonly sense: 'at least' | 'at most';
  readonly target: number;
  readonly unit?: string;
}

export const met = ({ value, sense, target }: Claim): boolean =>
  sense === 'at least' ? value >= target : value <= target;

/** What a part of the benchmark found: claims for the top of the page, and a section of tables. */
export interface Findings {
  readonly claims: readonly Claim[];
  readonly section: string;
}

export interface Effort {
  /** Seconds of one live run at 1 ms, the case that the CPU figures are judged by. */
  readonly longSeconds: number;
  /** Seconds of every other live run. */
  readonly seconds: number;
  readonly repeats: number;
  /** Frames of the long replay. */
  readonly longFrames: number;
  /** Seeded pairs of each kind of load that a comparison is tried on. */
  readonly cases: number;
  /** A file of pairs that were compared before. */
  readonly scores: string | undefined;
}

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/** Three significant digits, thousands grouped. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 0.01))));
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: digits });
}

export const claimTable = (claims: readonly Claim[]): string =>
  table(
    ['figure', 'here', 'target', 'met'],
    claims.map((claim) => {
      const unit = claim.unit ? ` ${claim.unit}` : '';
      const verdict = Number.isNaN(claim.value) ? 'not measured' : met(claim) ? 'yes' : '**no**';
      const spread = claim.spread?.every(Number.isFinite) ? ` (${claim.spread.map(short).join(' to ')})` : '';
      return [
        claim.what,
        `${short(claim.value)}${unit}${spread}`,
        `${claim.sense} ${claim.target}${unit}`,
        verdict,
      ];
    }),
  );
