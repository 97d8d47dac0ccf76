import type { SensorColumn, SensorDevice } from '../sensor.js';
import { FieldValues, Scope } from './field-values.js';
import { fieldColumns, gpuColumns, ownColumn } from './gpu-columns.js';
import type { Answer, DeviceHandle, Nvml } from './library.js';
import type { PowerFacts } from './power-meaning.js';
import { isUnsupported, ReturnCode } from './return-code.js';

/** No card and no module draws as much, W: what NVML gives beyond is a value that was never set. */
const mostW = 100_000;

/** A value that a GPU does not have, known when it was opened. */
export interface Unsupported {
  readonly what: string;
  readonly code: number;
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
  readonly #fields: FieldValues;
  /** Of each field that is asked for, its column. */
  readonly #columnOf: readonly number[];
  readonly #hasPlain: boolean;
  readonly #hasEnergy: boolean;
  readonly #handle: DeviceHandle;

  /** @param prefix what its columns begin with: `gpu0` */
  constructor(nvml: Nvml, handle: DeviceHandle, prefix: string) {
    this.#nvml = nvml;
    this.#handle = handle;
    const pci = answerOf(nvml.pci(handle));
    const [name, uuid] = [answerOf(nvml.name(handle)), answerOf(nvml.uuid(handle))];
    this.device = { prefix, name, uuid, bus: pci?.bus ?? null };
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
    this.#fields = new FieldValues(given);
    this.#columnOf = given.map((each) =>
      this.columns.findIndex((column) => column.name === `${prefix}_${each.name}`),
    );
  }

  /**
   * Reads it once, its columns in order into `values` from `start` on.
   * @returns Success, or the first failure that is more than a value which the card does not have.
   */
  read(values: Float64Array, start: number): number {
    let failure: number = ReturnCode.success;
    const isGood = (code: number): boolean => {
      if (code !== ReturnCode.success && !isUnsupported(code)) failure ||= code;
      return code === ReturnCode.success;
    };
    const fields = this.#fields;
    if (fields.count > 0 && isGood(this.#nvml.fieldValues(this.#handle, fields))) {
      for (let n = 0; n < fields.count; n++) {
        const column = this.#columnOf[n]!;
        if (!isGood(fields.code(n))) continue;
        values[start + column] = this.#inUnit(column, fields.value(n));
        if (column === ownColumn.power) values[start + ownColumn.stamp] = fields.stampUs(n) / 1e6;
      }
    }
    if (this.#hasPlain) {
      const { code, value } = this.#nvml.power(this.#handle);
      if (isGood(code)) values[start + ownColumn.plain] = this.#inUnit(ownColumn.plain, value);
      if (!this.hasInstant) values[start + ownColumn.power] = values[start + ownColumn.plain]!;
    }
    if (this.#hasEnergy) {
      const { code, value } = this.#nvml.energy(this.#handle);
      if (isGood(code)) values[start + ownColumn.energy] = value / 1000;
    }
    return failure;
  }

  /** For people: `gpu0 (NVIDIA A100)`. */
  get title(): string {
    const { prefix, name } = this.device;
    return name === null ? prefix : `${prefix} (${name})`;
  }

  /** From mW or mJ to W or J; NaN where it can be neither. */
  #inUnit(column: number, thousandths: number): number {
    const value = thousandths / 1000;
    return this.columns[column]!.quantity === 'power' && !(value <= mostW) ? Number.NaN : value;
  }
}

const answerOf = <T>({ code, value }: Answer<T>): T | null => (code === ReturnCode.success ? value : null);
