import { type Piece, packPiece } from '../../draw/packing.js';
import { mostColumns, paths, type ServedDocument, type ServedMeasure } from '../../draw/served.js';
import { binary, json, plain, type Reply } from './replies.js';

/** What a page can be told of recordings. Instants in µs since each began. */
export interface Published {
  document(): ServedDocument | Promise<ServedDocument>;
  /**
   * One run's powers in a stretch: its samples where they are few, or else intervals of which one column holds one or more. Null where there is
   * no such run.
   */
  piece(run: string, fromUs: number, toUs: number, columns: number): Promise<Piece | null>;
  measure(run: string, fromUs: number, toUs: number): Promise<ServedMeasure | null>;
  /** The first message of a stream, and again the next one after it missed some. */
  greeting(missed: number): Uint8Array;
}

/** Answers what was asked for with the token. */
export async function answer(published: Published, path: string, query: URLSearchParams): Promise<Reply> {
  switch (path) {
    case paths.document:
      return json(await published.document());
    case paths.piece: {
      const stretch = stretchOf(query);
      const columns = numberOf(query, 'columns');
      if (!stretch || !(columns >= 1 && columns <= mostColumns))
        return plain(400, 'run, from < to in µs, and columns from 1 to 16384 are needed');
      const piece = await published.piece(stretch.run, stretch.fromUs, stretch.toUs, Math.floor(columns));
      return piece ? binary(packPiece(piece)) : noRun;
    }
    case paths.measure: {
      const stretch = stretchOf(query);
      if (!stretch) return plain(400, 'run and from < to in µs are needed');
      const measure = await published.measure(stretch.run, stretch.fromUs, stretch.toUs);
      return measure ? json(measure) : noRun;
    }
    default:
      return plain(404, 'there is nothing here');
  }
}

const noRun = plain(404, 'there is no such run');

function stretchOf(query: URLSearchParams): { run: string; fromUs: number; toUs: number } | null {
  const [run, fromUs, toUs] = [query.get('run'), numberOf(query, 'from'), numberOf(query, 'to')];
  return run !== null && fromUs < toUs ? { run, fromUs, toUs } : null;
}

/** NaN where it is no plain number. */
function numberOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  return /^-?\d{1,17}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
}
