import type { Board, Field, Instrument, Rail, RailWire } from '../board.js';
import { checksumBytes } from '../checksum.js';
import { fieldTypes } from '../field-type.js';
import { type StreamingBoard, syncFraming } from '../streaming.js';
import { DescriptionError, type OwnBoard, type OwnField, type OwnRail, type Talks } from './description.js';
import { checkFitting, readingsOf } from './fitting.js';

/** A table made of a description. */
export type OwnTable = Board | StreamingBoard;

/** How many decimals a column has at most that is no rail's. */
const mostDecimals = 6;
/** Rails are reckoned in mV, mA and mW. */
const railDecimals = 3;

/**
 * The table of a user's own board.
 * @throws DescriptionError where parts of the description do not fit each other
 */
export function ownTable(own: OwnBoard): OwnTable {
  const { fields, stored: end } = fieldsOf(own);
  const index = (name: string, path: readonly (string | number)[]): number => {
    const found = fields.findIndex((field) => field.name === name);
    if (found < 0)
      throw new DescriptionError(path, `there is no field '${name}'; there are ${namesOf(fields)}`);
    return found;
  };
  const stored = (name: string, path: readonly (string | number)[]): number => {
    const found = index(name, path);
    if (fields[found]!.type === 'product')
      throw new DescriptionError(path, `'${name}' is no field of the frame, but a product`);
    return found;
  };
  const rail = (own: OwnRail, path: readonly (string | number)[]): Rail => railOf(own, path, fields, index);
  const rails = own.rails.map((each, n) => rail(each, ['rails', n]));
  const railIndex = (name: string, path: readonly (string | number)[]): number => {
    const found = rails.findIndex((each) => each.name === name);
    if (found < 0)
      throw new DescriptionError(path, `there is no rail '${name}'; there are ${namesOf(rails)}`);
    return found;
  };
  const wires = own.wires.map(
    (each, n): RailWire => ({
      ...rail({ ...each, nominal_v: nominalOf(own, each.rail) }, ['wires', n]),
      partOf: railIndex(each.rail, ['wires', n, 'rail']),
    }),
  );
  const used = new Set(
    [...rails, ...wires].flatMap(({ voltage, current, power }) => [voltage, current, power]),
  );
  const faults = own.faults && {
    status: [stored(own.faults.status, ['faults', 'status'])],
    log: own.faults.log === undefined ? null : stored(own.faults.log, ['faults', 'log']),
    bits: own.faults.bits,
  };
  const instrument: Instrument = {
    id: own.board,
    product: own.product ?? own.board,
    frameBytes: frameBytesOf(own, end),
    fields,
    rails,
    wires,
    // The counter is what instants are made of.
    extraFields: fields.flatMap(({ name }, n) =>
      used.has(n) || name === own.talks?.stamp?.field ? [] : [n],
    ),
    faults: faults ?? null,
    totals: own.totals.map(({ field, rails: of }, n) => ({
      field: stored(field, ['totals', n, 'field']),
      rails: of.map((name, at) => railIndex(name, ['totals', n, 'rails', at])),
    })),
    ownSupply: own.own_supply === undefined ? null : stored(own.own_supply, ['own_supply']),
    calibration: [],
    components: componentsOf(own, railIndex),
    nominalAccuracy: own.accuracy_percent === undefined ? null : own.accuracy_percent / 100,
  };
  return own.talks ? talking(own.talks, instrument) : asked(own, instrument);
}

/** A wire is at its rail's voltage. */
const nominalOf = ({ rails }: OwnBoard, rail: string): number | undefined =>
  rails.find(({ name }) => name === rail)?.nominal_v;

/** The fields in their places, and up to where they reach. */
function fieldsOf(own: OwnBoard) {
  const ofRails = new Set([...own.rails, ...own.wires].flatMap(({ name }) => readingsOf(name)));
  let behind = own.talks?.sync.length ?? 0;
  let stored = behind;
  const placed = own.fields.map((field) => {
    const offset = field.at ?? behind;
    behind = offset + fieldTypes[field.type].bytes;
    stored = Math.max(stored, behind);
    return { field, offset };
  });
  checkFitting(own, placed);
  const fields = placed.map(({ field, offset }): Field => {
    const { name, type, missing, title = name } = field;
    return {
      ...{ name, offset, type, title },
      ...worth(field, ofRails.has(name)),
      ...(missing === undefined ? {} : { missing }),
    };
  });
  return { fields, stored };
}

/** How a stored number becomes the integer that a column holds: as it is, by a whole factor, or by a scale. */
function worth({ lsb, zero }: OwnField, ofRail: boolean): Pick<Field, 'decimals' | 'factor' | 'scale'> {
  const decimals = ofRail ? railDecimals : Math.max(decimalsOf(lsb), decimalsOf(zero));
  const gain = Number((lsb * 10 ** decimals).toPrecision(12));
  const offset = zero * 10 ** decimals;
  if (offset !== 0 || !Number.isInteger(gain)) return { decimals, scale: { gain, offset } };
  return gain === 1 ? { decimals } : { decimals, factor: gain };
}

/** As many as a number needs. */
function decimalsOf(value: number): number {
  for (let decimals = 0; decimals < mostDecimals; decimals++)
    if (Number.isInteger(Number((value * 10 ** decimals).toPrecision(12)))) return decimals;
  return mostDecimals;
}

/** A rail whose board does not tell its power has the product of the other two. */
function railOf(
  { name, title = name, nominal_v = 0 }: OwnRail,
  path: readonly (string | number)[],
  fields: Field[],
  index: (name: string, path: readonly (string | number)[]) => number,
): Rail {
  const [voltage, current] = [index(`${name}_voltage_v`, path), index(`${name}_current_a`, path)];
  let power = fields.findIndex((field) => field.name === `${name}_power_w`);
  if (power < 0)
    power =
      fields.push({
        ...{ name: `${name}_power_w`, offset: 0, type: 'product', decimals: railDecimals },
        ...{ title: `${title}, power`, product: [voltage, current] },
      }) - 1;
  return { name, title, nominalMv: Math.round(nominal_v * 1000), voltage, current, power };
}

function frameBytesOf({ bytes, talks }: OwnBoard, stored: number): number {
  const whole = stored + (talks?.checksum ? checksumBytes[talks.checksum] : 0);
  if (bytes !== undefined && bytes < whole)
    throw new DescriptionError(['bytes'], `the fields alone take ${whole} bytes`);
  return bytes ?? whole;
}

function componentsOf(
  { components, rails }: OwnBoard,
  railIndex: (name: string, path: readonly (string | number)[]) => number,
): Instrument['components'] {
  if (!components) return { measured: rails.map(({ name }) => name) };
  const owner = new Map<string, string>();
  for (const [component, names] of Object.entries(components)) {
    if (rails.some(({ name }) => name === component))
      throw new DescriptionError(
        ['components', component],
        `a rail has that name too, and both would have the column ${component}_power_w; rename one of them`,
      );
    names.forEach((name, n) => {
      const path = ['components', component, n];
      railIndex(name, path);
      const other = owner.get(name);
      if (other !== undefined)
        throw new DescriptionError(
          path,
          `the rail '${name}' already counts to '${other}'; a rail counts once`,
        );
      owner.set(name, component);
    });
  }
  return components;
}

const noUsb = { vendorId: '', productId: '' };

function asked(own: OwnBoard, instrument: Instrument): Board {
  const { welcome, frame, uid } = own.asked!;
  return {
    ...instrument,
    ...{ vendorId: 0, productId: 0, firmware: 0, released: true, anyFirmware: true, usb: noUsb },
    welcomeText: welcome.reply,
    greetsUnasked: false,
    commands: {
      welcome: { name: 'welcome', request: welcome.request, replyBytes: welcome.reply.length },
      sensors: { name: 'frame', request: frame.request, replyBytes: instrument.frameBytes },
      ...(uid && { uid: { name: 'uid', request: uid.request, replyBytes: uid.bytes } }),
    },
  };
}

function talking(talks: Talks, instrument: Instrument): StreamingBoard {
  const { sync, checksum, stamp, expected_hz: expectedHz } = talks;
  const { frameBytes, fields } = instrument;
  const counter = stamp && fields.find(({ name }) => name === stamp.field);
  if (stamp && !counter)
    throw new DescriptionError(
      ['talks', 'stamp', 'field'],
      `there is no field '${stamp.field}'; there are ${namesOf(fields)}`,
    );
  if (fields.some(({ offset, type }) => type !== 'product' && offset < sync.length))
    throw new DescriptionError(['fields'], `the sync word takes the first ${sync.length} bytes`);
  return {
    ...instrument,
    streaming: {
      framing: syncFraming(sync, frameBytes, {
        ...(checksum && {
          checksum: { kind: checksum, offset: frameBytes - checksumBytes[checksum], from: sync.length },
        }),
        ...(stamp &&
          counter && {
            stamp: {
              offset: counter.offset,
              type: counter.type,
              unitNs: stamp.unit_us * 1000,
              modulo: 2 ** (8 * fieldTypes[counter.type].bytes),
            },
          }),
      }),
      expectedHz,
      averagedShare: 0,
      start: talks.start ?? new Uint8Array(0),
      stop: talks.stop ?? new Uint8Array(0),
    },
  };
}

const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');
