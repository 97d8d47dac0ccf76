import type { Field, Instrument } from '../board/board.js';
import { boardFor } from '../board/catalogue.js';
import { inputError } from '../errors.js';
import type { RailMap } from '../measure/rail-map.js';
import type { WireLimits } from '../measure/wires/limits.js';
import type { CaptureHeader } from '../schema/capture-header.js';
import type { BoardIdentity, RecordingHeader } from '../stream/recording-header.js';
import { withoutControls } from '../text.js';
import { instrumentOf, layoutRows } from './layout.js';

/** What stands in a capture's header besides what the source says. */
export interface CaptureFacts {
  readonly board: Instrument;
  readonly map: RailMap;
  readonly tool: { readonly name: string; readonly version: string };
  readonly host: Readonly<Record<string, string | number | null>>;
  /** The accuracy asked for, as a share; null where the board's nominal one holds. */
  readonly accuracy: number | null;
  /** What the wires are held against, where the board measures any. */
  readonly wireLimits?: WireLimits;
}

export function captureHeader(facts: CaptureFacts, recording: RecordingHeader): CaptureHeader {
  const { id, product, productId, uid, name, firmware, port } = recording.board;
  const { calibration, configuration, averagingUs, build } = recording.board;
  const { map, board } = facts;
  const { correction } = board;
  return {
    tool: { ...facts.tool },
    board: {
      ...{ id, product, product_id: productId, uid, name, firmware, port },
      ...(calibration === undefined ? {} : { calibration }),
      ...(configuration === undefined ? {} : { configuration }),
      ...(averagingUs === undefined ? {} : { averaging_us: averagingUs }),
      ...(build === undefined ? {} : { build }),
    },
    layout: layoutRows(board),
    map: {
      components: Object.fromEntries(Object.entries(map.components).map(([key, rails]) => [key, [...rails]])),
      slot: map.slot && { ...map.slot },
    },
    host: { ...facts.host },
    start: {
      monotonic_ns: recording.startMonotonicNs?.toString() ?? null,
      unix_us: recording.startUnixUs,
    },
    instants_measured: recording.timing !== 'nominal',
    ...(recording.timing === 'device' ? { timing: recording.timing } : {}),
    sampling_priority: recording.samplingPriority ?? null,
    accuracy: facts.accuracy,
    ...(correction && { calibration: { ...correction } }),
    ...(facts.wireLimits && board.wires.length > 0 ? { wire_limits: facts.wireLimits } : {}),
  };
}

export function timingOf(header: CaptureHeader): RecordingHeader['timing'] {
  if (!header.instants_measured) return 'nominal';
  return header.timing === 'device' ? 'device' : 'round-trip';
}

export function identityOf({ board }: CaptureHeader): BoardIdentity {
  const { id, product_id: productId, uid, name, firmware, product, port } = board;
  const { calibration, configuration, averaging_us: averagingUs, build } = board;
  return {
    ...{ id, uid, firmware },
    productId,
    product: withoutControls(product),
    name: name === null ? null : withoutControls(name),
    port: withoutControls(port),
    ...(calibration === undefined ? {} : { calibration }),
    ...(configuration === undefined ? {} : { configuration }),
    ...(averagingUs === undefined ? {} : { averagingUs }),
    ...(build === undefined ? {} : { build: withoutControls(build) }),
  };
}

/**
 * The instrument whose frames a capture holds, as its own header describes it. Captures from before the header told all of
 * it are read with the table of their board and firmware.
 * @throws UserError (badInput) where such a one is of a board that this powerlog does not know, or knows otherwise
 */
export function boardOf(header: CaptureHeader, path: string): Instrument {
  const { calibration: correction } = header;
  const instrument = layoutOf(header, path);
  return correction ? { ...instrument, correction } : instrument;
}

function layoutOf(header: CaptureHeader, path: string): Instrument {
  const { layout, board } = header;
  if (layout.rails !== undefined) return instrumentOf({ ...layout, rails: layout.rails }, board, path);
  const table = boardFor(board.id, board.firmware);
  if (!table)
    throw inputError(
      `${path}: a capture of the board '${board.id}', which this powerlog does not know; it was written by ${writtenBy(header)}`,
    );
  const found = layout.fields.map((row) => JSON.stringify(row));
  const at = table.fields.findIndex((field, index) => earlyRow(field) !== found[index]);
  if (at >= 0 || found.length !== table.fields.length || layout.frame_bytes !== table.frameBytes)
    throw inputError(
      `${path}: its frames of ${layout.frame_bytes} bytes are laid out otherwise than this powerlog knows ` +
        `the ${table.product} (field ${at >= 0 ? at : table.fields.length} differs); it was written by ${writtenBy(header)}`,
    );
  return table;
}

/** A field as it was written then; the chip's temperature was taken for whole degrees, whatever the firmware. */
const earlyRow = ({ name, offset, type, decimals, missing }: Field): string =>
  JSON.stringify([name, offset, type, name === 'chip_temp_c' ? 0 : decimals, missing ?? null]);

const writtenBy = ({ tool }: CaptureHeader): string => `${tool.name} ${tool.version}`;
