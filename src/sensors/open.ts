import { usageError } from '../errors.js';
import { kindOf, kinds } from './kinds.js';
import { doubtOf } from './process/doubt-log.js';
import type { Opened, Wanted } from './process/messages.js';
import { SensorProcess, type SensorProcessOptions } from './process/sensor-process.js';
import type { MissingSensor, Sensor } from './sensor.js';

interface OpenSensorsOptions {
  /** ms between two readings of each; as fast as it changes where absent. */
  readonly intervalMs?: number | undefined;
  /** Reads all of each at each reading, though that costs CPU. */
  readonly thorough?: boolean;
}

/** What there is of what was asked for. */
interface OpenedSensors {
  /** In the order in which they were named. */
  readonly sensors: readonly Sensor[];
  readonly missing: readonly MissingSensor[];
}

/** One word of `--with`: a kind, and what stands behind its colon. */
export interface SensorChoice {
  readonly kind: string;
  readonly argument: string;
}

/** How long a sensor may take to say what it is: a program may have an interpreter and its libraries to load. */
const openLimitMs = 10_000;

const choiceText = (): string => `${kindNames().join(', ')}, auto, or 'exec:COMMAND'`;

/**
 * Takes one `--with`: names with commas between them, or `exec:` and a command, in which a comma is the command's own.
 * @throws UserError (usage)
 */
export function parseSensors(text: string): SensorChoice[] {
  const command = /^\s*exec:(.*)$/s.exec(text)?.[1];
  if (command !== undefined) {
    if (command.trim() === '')
      throw usageError("exec: needs a command that prints numbers: --with 'exec:./meter --watts'");
    return [{ kind: 'exec', argument: command.trim() }];
  }
  return text.split(',').map((item) => {
    const name = item.trim();
    const [, kind = '', argument = ''] = /^([^:]*):?(.*)$/s.exec(name) ?? [];
    const ways = kinds.find(({ id }) => id === kind)?.ways ?? [];
    if (argument !== '' && ways.includes(argument)) return { kind, argument };
    if (name === 'auto' || (name !== 'exec' && kinds.some(({ id }) => id === name)))
      return { kind: name, argument: '' };
    if (argument !== '' && ways.length > 0)
      throw usageError(
        `${kind} is not read by ${argument}: ${ways.map((way) => `${kind}:${way}`).join(', ')}`,
      );
    if (name.startsWith('exec'))
      throw usageError(`${name}: a command stands in a --with of its own: --with 'exec:COMMAND'`);
    throw usageError(`'${name}' is no sensor: ${choiceText()}`);
  });
}

/** All that `--with` takes without a command. */
export const kindNames = (): string[] => kinds.flatMap(({ id }) => (id === 'exec' ? [] : [id]));

/** @throws UserError (usage) where one is named twice */
export function checkChoices(choices: readonly SensorChoice[]): void {
  for (const [n, { kind, argument }] of choices.entries())
    if (choices.slice(0, n).some((other) => other.kind === kind && other.argument === argument))
      throw usageError(`--with ${argument === '' ? kind : `${kind}:${argument}`} is given twice`);
}

/** Finds sensors and lets each say what it is. What is not there is left to the caller, who goes on without. */
export async function openSensors(
  choices: readonly SensorChoice[],
  options: OpenSensorsOptions = {},
): Promise<OpenedSensors> {
  const wanted = withoutAuto(choices);
  const insteadOf = ({ kind, byAuto }: WantedSensor) => (byAuto ? kindOf(kind).autoUnless : undefined);
  const first = await openEach(
    wanted.filter((each) => !insteadOf(each)),
    options,
  );
  const isThere = (kind: string) =>
    first.some((each) => each.wanted.kind === kind && 'columns' in each.opened);
  const second = await openEach(
    wanted.filter((each) => insteadOf(each)?.some(isThere) === false),
    options,
  );
  const found = [...first, ...second].sort((a, b) => wanted.indexOf(a.wanted) - wanted.indexOf(b.wanted));
  return sorted(
    found,
    choices.some(({ kind }) => kind === 'auto'),
  );
}

/** Those that are not trusted each in a process of its own, all others in one. */
async function openEach(
  wanted: readonly WantedSensor[],
  { intervalMs, thorough = false }: OpenSensorsOptions,
): Promise<FoundSensor[]> {
  const options = { sysfs: process.env.POWERLOG_SYS || '/sys', intervalMs: intervalMs ?? null, thorough };
  const shared = wanted.filter(({ kind }) => !kindOf(kind).alone);
  const alone = wanted.filter(({ kind }) => kindOf(kind).alone);
  const groups = [...(shared.length > 0 ? [shared] : []), ...alone.map((each) => [each])];
  const limitMs = Math.max(openLimitMs, 3 * (intervalMs ?? 0));
  const results = await Promise.all(groups.map((group) => openGroup(group, options, limitMs)));
  return results.flat();
}

/** Opens sensors in one process; where one of them hangs, each in a process for itself. */
async function openGroup(
  group: readonly WantedSensor[],
  options: SensorProcessOptions,
  limitMs: number,
): Promise<FoundSensor[]> {
  const host = new SensorProcess(group, options);
  const opened = await host.open(limitMs);
  if (opened.includes(undefined) && group.length > 1) {
    const alone = await Promise.all(group.map((each) => openGroup([each], options, limitMs)));
    return alone.flat();
  }
  if (!opened.some((each) => each && 'columns' in each)) await host.stop();
  const silent = doubtOf('sensor-silent', `it said nothing within ${limitMs / 1000} s`);
  return group.map((wanted, at) => ({ wanted, opened: opened[at] ?? { at, doubt: silent }, host }));
}

interface WantedSensor extends Wanted {
  /** Where it was not named, it may be missing without a word. */
  readonly byAuto: boolean;
}

interface FoundSensor {
  readonly wanted: WantedSensor;
  readonly opened: Opened;
  readonly host: SensorProcess;
}

function withoutAuto(choices: readonly SensorChoice[]): WantedSensor[] {
  const named = choices.filter(({ kind }) => kind !== 'auto');
  const isNamed = (id: string) => named.some(({ kind }) => kind === id);
  const rest = kinds.filter(({ id, isSecond }) => id !== 'exec' && !isSecond && !isNamed(id));
  return [
    ...named.map((choice) => ({ ...choice, byAuto: false })),
    ...(named.length < choices.length
      ? rest.map(({ id }) => ({ kind: id, argument: '', byAuto: true }))
      : []),
  ];
}

function sorted(found: readonly FoundSensor[], auto: boolean): OpenedSensors {
  const sensors = found.flatMap(({ wanted: { kind }, opened, host }): Sensor[] =>
    'columns' in opened ? [new ProcessSensor(kind, opened, host)] : [],
  );
  const missing = found.flatMap(({ wanted: { kind, byAuto }, opened }): MissingSensor[] => {
    if ('columns' in opened) return [];
    return byAuto && opened.doubt.code === 'sensor-missing' ? [] : [{ id: kind, doubt: opened.doubt }];
  });
  if (auto && sensors.length + missing.length === 0) missing.push({ id: 'auto', doubt: noneFound });
  return { sensors, missing };
}

const noneFound = doubtOf('sensor-missing', 'no sensor was found here');

/** A sensor that a process reads. */
class ProcessSensor implements Sensor {
  readonly identity;
  readonly columns;
  readonly #at: number;
  readonly #host: SensorProcess;

  constructor(
    readonly id: string,
    { at, identity, columns }: Extract<Opened, { identity: unknown }>,
    host: SensorProcess,
  ) {
    this.identity = identity;
    this.columns = columns;
    this.#at = at;
    this.#host = host;
  }

  start(...[clock, take]: Parameters<Sensor['start']>): ReturnType<Sensor['start']> {
    const [at, host] = [this.#at, this.#host];
    host.start(at, clock, take);
    return {
      handOver: (isWaited) => host.handOver(isWaited),
      stop: () => host.stop(),
      get cpuS() {
        return host.cpuS(at);
      },
      get doubts() {
        return host.doubts(at);
      },
    };
  }

  close(): Promise<void> {
    return this.#host.stop();
  }
}
