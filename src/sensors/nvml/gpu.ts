import type { SensorColumn, SensorDevice, SensorQuantity } from '../sensor.js';
import { FieldValues, Scope } from './field-values.js';
import { fieldColumns, gpuColumns, ownColumn } from './gpu-columns.js';
import { answerOf, deviceOf, titleOf } from './gpus.js';
import type { DeviceHandle, Nvml } from './library.js';
import { isPlausibleW, type PowerFacts } from './power-meaning.js';
import { isUnsupported, ReturnCode } from './return-code.js';

/** A value that a GPU does not have, known when it was opened. */
interface Unsupported {
  readonly what: string;
  readonly code: number;
}

/** Fields that are asked for together, and the column of each. */
interface AskedFields {
  readonly fields: FieldValues;
  readonly columns: readonly number[];
}

/** One GPU: what it is, what it can say, and how that is read. */
export class Gpu {
  readonly device: SensorDevice;
  readonly columns: readonly SensorColumn[];
  readonly facts: PowerFacts;
  /** UUIDs of the instances that it is divided into (MIG), which have no power of their own; null where it is whole. */
  readonly instances: readonly string[] | null;
  readonly unsupported: readonly Unsupported[];
  /** Whether its power is NVML's instant power, and not just what NVML calls power. */
  readonly hasInstant: boolean;
  readonly #nvml: Nvml;
  readonly #powers: AskedFields;
  readonly #energies: AskedFields;
  readonly #hasPlain: boolean;
  readonly #hasEnergy: boolean;
  readonly #handle: DeviceHandle;

  /** @param prefix what its columns begin with: `gpu0` */
  constructor(nvml: Nvml, handle: DeviceHandle, prefix: string) {
    this.#nvml = nvml;
    this.#handle = handle;
    const pci = answerOf(nvml.pci(handle));
    this.device = deviceOf(nvml, handle, prefix);
    this.facts = { architecture: answerOf(nvml.architecture(handle)), pciDeviceId: pci?.deviceId ?? null };
    this.instances = answerOf(nvml.isDivided(handle)) ? nvml.instanceUuids(handle) : null;

    const probe = new FieldValues(fieldColumns);
    const asked = nvml.fieldValues(handle, probe);
    const codes = fieldColumns.map((_, n) => (asked === ReturnCode.success ? probe.code(n) : asked));
    const given = fieldColumns.filter(({ scope }, n) =>
      // What failed for another reason than that there is no such value may be there the next time.
      scope === Scope.gpu ? !isUnsupported(codes[n]!) : probe.value(n) > 0,
    );
    const plain = nvml.power(handle).code;
    const energy = nvml.energy(handle).code;
    this.hasInstant = given.includes(fieldColumns[0]!);
    this.#hasPlain = !isUnsupported(plain);
    this.#hasEnergy = !isUnsupported(energy);
    this.unsupported = [
      ...fieldColumns.map(({ field, scope, title }, n) => ({
        what: `${title} (field ${field})`,
        code: scope === Scope.gpu ? codes[n]! : ReturnCode.success,
      })),
      { what: 'power (nvmlDeviceGetPowerUsage)', code: plain },
      { what: 'energy (nvmlDeviceGetTotalEnergyConsumption)', code: energy },
    ].filter(({ code }) => isUnsupported(code));

    this.columns = gpuColumns(prefix, this.hasInstant, given);
    const fieldsOf = (quantity: SensorQuantity): AskedFields => {
      const some = given.filter((each) => each.quantity === quantity);
      const columns = some.map(({ name }) =>
        this.columns.findIndex((each) => each.name === `${prefix}_${name}`),
      );
      return { fields: new FieldValues(some), columns };
    };
    this.#powers = fieldsOf('power');
    this.#energies = fieldsOf('energy');
  }

  /**
   * Reads its powers once, into its columns of `values`, the first of which is at `start`.
   * @returns Success, or the first failure that is more than a value which the card does not have.
   */
  readPowers(values: Float64Array, start: number): number {
    let failure = this.#readFields(this.#powers, values, start);
    if (this.#hasPlain) {
      const { code, value } = this.#nvml.power(this.#handle);
      if (code === ReturnCode.success) values[start + ownColumn.plain] = this.#inUnit(ownColumn.plain, value);
      if (!this.hasInstant) values[start + ownColumn.power] = values[start + ownColumn.plain]!;
      failure ||= failureOf(code);
    }
    return failure;
  }

  /** As `readPowers`, of its counters. A driver may take milliseconds of CPU for each, where a power takes 40 µs. */
  readEnergies(values: Float64Array, start: number): number {
    let failure = this.#readFields(this.#energies, values, start);
    if (this.#hasEnergy) {
      const { code, value } = this.#nvml.energy(this.#handle);
      if (code === ReturnCode.success) values[start + ownColumn.energy] = value / 1000;
      failure ||= failureOf(code);
    }
    return failure;
  }

  #readFields({ fields, columns }: AskedFields, values: Float64Array, start: number): number {
    if (fields.count === 0) return ReturnCode.success;
    const code = this.#nvml.fieldValues(this.#handle, fields);
    if (code !== ReturnCode.success) return failureOf(code);
    let failure: number = ReturnCode.success;
    for (const [n, column] of columns.entries()) {
      failure ||= failureOf(fields.code(n));
      if (fields.code(n) !== ReturnCode.success) continue;
      values[start + column] = this.#inUnit(column, fields.value(n));
      if (column === ownColumn.power) values[start + ownColumn.stamp] = fields.stampUs(n) / 1e6;
    }
    return failure;
  }

  /** For people: `gpu0 (NVIDIA A100)`. */
  get title(): string {
    return titleOf(this.device);
  }

  /** From mW or mJ to W or J; NaN where it can be neither. */
  #inUnit(column: number, thousandths: number): number {
    const value = thousandths / 1000;
    return this.columns[column]!.quantity === 'power' && !isPlausibleW(value) ? Number.NaN : value;
  }
}

/** That a card does not have a value is no failure. */
const failureOf = (code: number): number => (isUnsupported(code) ? ReturnCode.success : code);
