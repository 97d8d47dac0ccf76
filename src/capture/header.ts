import type { BoardIdentity, RecordingHeader } from '../block.js';
import type { Board, Field } from '../board/board.js';
import { boardById } from '../board/catalogue.js';
import { inputError } from '../errors.js';
import type { RailMap } from '../measure/rail-map.js';
import type { CaptureHeader } from '../schema/capture-header.js';

/** What stands in a capture's header besides what the source says. */
export interface CaptureFacts {
  readonly board: Board;
  readonly map: RailMap;
  readonly tool: { readonly name: string; readonly version: string };
  readonly host: Readonly<Record<string, string | number | null>>;
  /** The accuracy asked for, as a share; null where the board's nominal one holds. */
  readonly accuracy: number | null;
}

export function captureHeader(facts: CaptureFacts, recording: RecordingHeader): CaptureHeader {
  const { id, product, productId, uid, name, firmware, port } = recording.board;
  const { map, board } = facts;
  return {
    tool: { ...facts.tool },
    board: { id, product, product_id: productId, uid, name, firmware, port },
    layout: { frame_bytes: board.frameBytes, fields: board.fields.map(fieldRow) },
    map: {
      components: Object.fromEntries(Object.entries(map.components).map(([key, rails]) => [key, [...rails]])),
      slot: map.slot && { ...map.slot },
    },
    host: { ...facts.host },
    start: {
      monotonic_ns: recording.startMonotonicNs?.toString() ?? null,
      unix_us: recording.startUnixUs,
    },
    instants_measured: recording.instantsMeasured,
    accuracy: facts.accuracy,
  };
}

/** A row of the layout's table; the array keeps the header small beside short recordings. */
const fieldRow = ({ name, offset, type, decimals, missing }: Field) =>
  [name, offset, type, decimals, missing ?? null] satisfies CaptureHeader['layout']['fields'][number];

export function identityOf({ board }: CaptureHeader): BoardIdentity {
  const { product_id: productId, ...rest } = board;
  return { ...rest, productId };
}

/**
 * The board whose frames a capture holds.
 * @throws UserError (badInput) where this powerlog does not know the board, or knows another layout of it.
 */
export function boardOf(header: CaptureHeader, path: string): Board {
  const board = boardById(header.board.id);
  if (!board)
    throw inputError(
      `${path}: a capture of the board '${header.board.id}', which this powerlog does not know; it was written by ${writtenBy(header)}`,
    );
  const expected = board.fields.map((field) => JSON.stringify(fieldRow(field)));
  const found = header.layout.fields.map((row) => JSON.stringify(row));
  const at = expected.findIndex((row, index) => row !== found[index]);
  if (at >= 0 || found.length !== expected.length || header.layout.frame_bytes !== board.frameBytes)
    throw inputError(
      `${path}: its frames of ${header.layout.frame_bytes} bytes are laid out otherwise than this powerlog knows ` +
        `the ${board.product} (field ${at >= 0 ? at : expected.length} differs); it was written by ${writtenBy(header)}`,
    );
  return board;
}

const writtenBy = ({ tool }: CaptureHeader): string => `${tool.name} ${tool.version}`;
