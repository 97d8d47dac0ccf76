import type { CalibrationSlot, Field, Instrument, Rail } from '../board/board.js';
import { boardFor } from '../board/catalogue.js';
import { fieldTypes } from '../board/field-type.js';
import { inputError } from '../errors.js';
import type { CaptureHeader } from '../schema/capture-header.js';
import { withoutControls } from '../text.js';

type LayoutRows = CaptureHeader['layout'];

/** An instrument as it stands in a header: arrays, which keep it small beside short recordings. */
export function layoutRows(board: Instrument): LayoutRows {
  const name = (index: number): string => board.fields[index]!.name;
  return {
    frame_bytes: board.frameBytes,
    fields: board.fields.map(fieldRow),
    factors: Object.fromEntries(
      board.fields.flatMap(({ name, factor }) => (factor === undefined ? [] : [[name, factor]])),
    ),
    ...ofSome(
      'scales',
      board,
      ({ scale }): [number, number] | undefined => scale && [scale.gain, scale.offset],
    ),
    ...ofSome(
      'products',
      board,
      ({ product }): [string, string] | undefined => product && [name(product[0]), name(product[1])],
    ),
    rails: board.rails.map((rail) => [rail.name, rail.nominalMv]),
    wires: board.wires.map((wire) => [wire.name, board.rails[wire.partOf]!.name]),
    extra_fields: board.extraFields.map(name),
    faults: board.faults && {
      status: wordOrFlags(board.faults.status.map(name)),
      log: board.faults.log === null ? null : name(board.faults.log),
      bits: board.faults.bits.map(({ bit, name, title }) => [bit, name, title]),
    },
    totals: board.totals.map(({ field, rails }) => [
      name(field),
      rails.map((rail) => board.rails[rail]!.name),
    ]),
    own_supply: board.ownSupply === null ? null : name(board.ownSupply),
    components: Object.fromEntries(
      Object.entries(board.components).map(([component, rails]) => [component, [...rails]]),
    ),
    calibration: board.calibration.map(({ offset, kind, of }) => [offset, kind, of]),
    nominal_accuracy: board.nominalAccuracy,
    ...(board.truncatedLevels === undefined ? {} : { truncated_levels: board.truncatedLevels }),
    // Those of a board that there is a table for stand in that.
    ...(boardFor(board.id) ? {} : { titles: titlesOf(board) }),
  };
}

/** What people read of fields, rails and wires, where that is not their name. */
const titlesOf = ({ fields, rails, wires }: Instrument): Record<string, string> =>
  Object.fromEntries(
    [...fields, ...rails, ...wires].flatMap(({ name, title }) => (title === name ? [] : [[name, title]])),
  );

/** What few fields have; no key where none does. */
function ofSome<Key extends string, Value>(
  key: Key,
  { fields }: Instrument,
  of: (field: Field) => Value | undefined,
): Partial<Record<Key, Record<string, Value>>> {
  const rows = fields.flatMap((field): [string, Value][] => {
    const value = of(field);
    return value === undefined ? [] : [[field.name, value]];
  });
  return (rows.length === 0 ? {} : { [key]: Object.fromEntries(rows) }) as Partial<
    Record<Key, Record<string, Value>>
  >;
}

/** A single word is named as it always was. */
const wordOrFlags = ([first = '', ...more]: readonly string[]): string | string[] =>
  more.length === 0 ? first : [first, ...more];

const fieldRow = ({ name, offset, type, decimals, missing }: Field): LayoutRows['fields'][number] => [
  name,
  offset,
  type,
  decimals,
  missing ?? null,
];

/**
 * The instrument that a header describes. What people read of it (titles) is there for boards without a table alone, and is taken else from the table of the same
 * name, where there is one.
 * @throws UserError (badInput) where the header contradicts itself
 */
export function instrumentOf(
  layout: LayoutRows & { readonly rails: NonNullable<LayoutRows['rails']> },
  { id, product, firmware }: CaptureHeader['board'],
  path: string,
): Instrument {
  const known = boardFor(id, firmware);
  const toldTitle = (name: string) => withoutControls(layout.titles?.[name] ?? name);
  const fields = layout.fields.map(([name, offset, type, decimals, missing]): Field => {
    const factor = layout.factors?.[name];
    const scale = layout.scales?.[name];
    const product = layout.products?.[name];
    const title = known?.fields.find((field) => field.name === name)?.title ?? toldTitle(name);
    if (offset + fieldTypes[type].bytes > layout.frame_bytes)
      throw inputError(`${path}: its header puts the field ${name} behind the end of a frame`);
    return {
      ...{ name, offset, type, decimals, title },
      ...(missing === null ? {} : { missing }),
      ...(factor === undefined ? {} : { factor }),
      ...(scale && { scale: { gain: scale[0], offset: scale[1] } }),
      ...(product && { product: [indexOf(product[0]), indexOf(product[1])] }),
    };
  });
  function indexOf(name: string): number {
    const index = layout.fields.findIndex(([each]) => each === name);
    if (index < 0) throw inputError(`${path}: its header names a field ${name} that it does not describe`);
    return index;
  }
  const rail = (name: string, nominalMv: number): Rail => ({
    name,
    title:
      [...(known?.rails ?? []), ...(known?.wires ?? [])].find((each) => each.name === name)?.title ??
      toldTitle(name),
    nominalMv,
    voltage: indexOf(`${name}_voltage_v`),
    current: indexOf(`${name}_current_a`),
    power: indexOf(`${name}_power_w`),
  });
  const rails = layout.rails.map(([name, nominalMv]) => rail(name, nominalMv));
  const railOf = (name: string): number => {
    const index = rails.findIndex((each) => each.name === name);
    if (index < 0) throw inputError(`${path}: its header names a rail ${name} that it does not describe`);
    return index;
  };
  const wires = (layout.wires ?? []).map(([name, of]) => {
    const partOf = railOf(of);
    return { ...rail(name, rails[partOf]!.nominalMv), partOf };
  });
  return {
    id,
    product,
    frameBytes: layout.frame_bytes,
    fields,
    rails,
    wires,
    extraFields: (layout.extra_fields ?? []).map(indexOf),
    faults: layout.faults
      ? {
          status: [layout.faults.status].flat().map(indexOf),
          log: layout.faults.log === null ? null : indexOf(layout.faults.log),
          bits: layout.faults.bits.map(([bit, name, title]) => ({ bit, name, title })),
        }
      : null,
    totals: (layout.totals ?? []).map(([field, of]) => ({ field: indexOf(field), rails: of.map(railOf) })),
    ownSupply: layout.own_supply === null ? null : indexOf(layout.own_supply ?? ''),
    calibration: (layout.calibration ?? []).map(
      ([offset, kind, of]): CalibrationSlot => ({ offset, kind, of }),
    ),
    // Captures from before the header told it were of a BENCHLAB.
    components: layout.components ?? known?.components ?? {},
    nominalAccuracy: layout.nominal_accuracy ?? null,
    ...(layout.truncated_levels === undefined ? {} : { truncatedLevels: layout.truncated_levels }),
  };
}
