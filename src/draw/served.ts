import type { PageBand, PageDocument, PageFlag, PageGap, PageRun, PageSummary } from './page-data.js';

/*
 * What a server says to its page, beside pieces of powers: of a recording at rest how far it has been read, of one under way how it
 * stands. Instants in µs since the recording began.
 */

/** A server gives no more of a stretch at once: a screen has less. */
export const mostColumns = 16_384;

/** A page's document, and how far its runs have been read. */
export interface ServedDocument extends PageDocument {
  readonly progress: readonly ServedProgress[];
}

/** How far a recording at rest has been read. */
export interface ServedProgress {
  readonly run: string;
  /** Of its file, 0 … 1. */
  readonly share: number;
  /** Wide stretches are known up to here, short ones everywhere where `seeks` says so. */
  readonly upToUs: number;
  /** All of it is read, and its figures are in the document. */
  readonly done: boolean;
  /** Short stretches come from the file itself, sample by sample; otherwise the finest there is are `resolution`'s intervals. */
  readonly seeks: boolean;
  /** Why it could not be read; null where nothing is wrong. */
  readonly problem: string | null;
}

/** What a stretch cost, by series; null where it is not known. J, W. */
export interface ServedMeasure {
  readonly energyJ: readonly (number | null)[];
  readonly uncertaintyJ: readonly (number | null)[];
  readonly meanW: readonly (number | null)[];
  readonly minW: readonly (number | null)[];
  readonly maxW: readonly (number | null)[];
  /** To the sample; otherwise to intervals of this length, µs. */
  readonly intervalUs: number | null;
}

/** A phase or a run as it is known by now. */
export interface LiveBand extends PageBand {
  /** It goes on: its end is that of the recording. */
  readonly open: boolean;
}

/** How one instrument of a recording under way stands. */
export interface LiveRun {
  readonly run: string;
  /** Instants of the first and the last sample; null before the first. */
  readonly startUs: number | null;
  readonly endUs: number | null;
  readonly samples: number;
  /** Over the last second or so; null until that is known. */
  readonly rateHz: number | null;
  /** Share of the time that lies outside of gaps. */
  readonly coverage: number | null;
  /** Gaps in all. */
  readonly gapCount: number;
  /** Its board went away, and is waited for. */
  readonly away: boolean;
  /** Of the last sample and since the beginning, by component. */
  readonly powerMw: readonly (number | null)[];
  readonly energyJ: readonly (number | null)[];
  /** New, or known better: each with its place in the run's list. */
  readonly bands: readonly (readonly [number, LiveBand])[];
  readonly flags: readonly (readonly [number, PageFlag])[];
  /** New ones, wherever they begin, and those that are known better. */
  readonly gaps: readonly PageGap[];
  /** All of them, as they stand. */
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  /** How fine the finest is that the server has, µs: the longer the recording, the longer. */
  readonly intervalUs: number;
  /** The figures as they stand, as in a summary: at first, at the end, and about once a second; null meanwhile. */
  readonly summary: PageSummary | null;
  /** With the figures, where components stood out and how often they drew which power; null meanwhile. */
  readonly standOuts: Pick<PageRun, 'excursions' | 'histograms'> | null;
}

/** How a recording ended. */
export interface LiveEnd {
  /** As in a capture: `stopped`, `duration`, `board-lost`, … */
  readonly reason: string;
  readonly text: string;
}

export type ServedHead =
  | { readonly kind: 'progress'; readonly runs: readonly ServedProgress[] }
  | {
      readonly kind: 'state';
      /** Lists are whole, not only what is new: the first message, and the next one where some were missed. */
      readonly whole: boolean;
      /** Messages that this page did not take in time. */
      readonly missed: number;
      readonly runs: readonly LiveRun[];
      /** Samples come in pieces about so long, ms. */
      readonly everyMs: number;
      /** Null while it goes on. */
      readonly end: LiveEnd | null;
    };

/**
 * One message; with a `state`, the pieces are what is new of each run, and with its end behind those a coarse piece of all of each run.
 * Its bytes: how long its head is (u32), the head (JSON, filled up with spaces), then packed pieces, one
 * behind the other.
 */
export function packMessage(head: ServedHead, pieces: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(
    JSON.stringify({ ...head, pieceBytes: pieces.map(({ length }) => length) }),
  );
  const headBytes = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 4 + headBytes));
  new DataView(bytes.buffer).setUint32(0, headBytes, true);
  bytes.fill(0x20, 4, 4 + headBytes);
  bytes.set(text, 4);
  let at = 4 + headBytes;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The other way round; each piece in memory of its own. */
export function unpackMessage(buffer: ArrayBuffer): { head: ServedHead; pieces: ArrayBuffer[] } {
  const headBytes = new DataView(buffer).getUint32(0, true);
  const { pieceBytes, ...head } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 4, headBytes)),
  ) as ServedHead & { pieceBytes: readonly number[] };
  let at = 4 + headBytes;
  const pieces = pieceBytes.map((length) => {
    at += length;
    return buffer.slice(at - length, at);
  });
  return { head, pieces };
}

/** The name of the WebSocket's protocol; the token is asked for as another one beside it. */
export const streamProtocol = 'powerlog.1';
/** Where a server has what. */
export const paths = {
  page: '/',
  document: '/api/document',
  piece: '/api/piece',
  measure: '/api/measure',
  stream: '/api/stream',
} as const;
