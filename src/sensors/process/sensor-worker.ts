import { writeSync } from 'node:fs';
import { errorText } from '../../errors.js';
import { kindOf } from '../kinds.js';
import { killAll, SensorPrograms, watchGroups } from '../programs/programs.js';
import { type SensorReader, SensorTrouble } from '../reader.js';
import { Agenda } from './agenda.js';
import { DoubtLog, doubtOf } from './doubt-log.js';
import { HostedSensor } from './hosted-sensor.js';
import { type FromSensors, type Opened, type ToSensors, unaskedMs, type Wanted } from './messages.js';

/*
 * The sensors' process: what happens in it, a driver that hangs or a library that crashes included, does not hold up the process
 * that samples the board. It ends when that does, however that ends, since the pipe between the two then closes.
 */

const hosted: HostedSensor[] = [];
const agenda = new Agenda();
/** What this process had cost when the recording began, s. */
let cpuBeforeS = 0;
let turns: NodeJS.Timeout | undefined;

const send = (message: FromSensors, then?: () => void): void => {
  process.send?.(message, undefined, undefined, (error) => {
    if (error) leave();
    else then?.();
  });
};

function leave(): never {
  killAll();
  process.exit();
}

async function open(
  wanted: Wanted,
  at: number,
  { sysfs, intervalMs, thorough }: Extract<ToSensors, { type: 'open' }>,
): Promise<void> {
  const programs = new SensorPrograms();
  const doubts = new DoubtLog();
  let sensor: HostedSensor | undefined;
  const openReader = (): Promise<SensorReader> =>
    kindOf(wanted.kind).open({
      argument: wanted.argument,
      ...{ sysfs, intervalMs, thorough, programs, known: sensor?.devices ?? [] },
      handed: wanted.known?.handed,
      tell: (code, message) => (sensor ? sensor.doubt(code, message) : doubts.add(code, message, null)),
    });
  let opened: Opened;
  try {
    const reader = wanted.known ? absent(wanted.known) : await openReader();
    sensor = new HostedSensor(reader, {
      agenda,
      tryAlone: (look) => tryAlone(at, look),
      ...{ at, intervalMs, programs, doubts, counters: wanted.known?.counters, handed: wanted.known?.handed },
      reopen: openReader,
    });
    hosted.push(sensor);
    opened = { at, identity: reader.identity, columns: reader.columns };
  } catch (error) {
    const code = error instanceof SensorTrouble ? error.code : 'sensor-missing';
    opened = { at, doubt: doubtOf(code, errorText(error)) };
  }
  send({ type: 'opened', opened });
}

/** Those that are looked for again, one behind the other. */
let tried: Promise<void> = Promise.resolve();

async function tryAlone(at: number, look: () => Promise<void>): Promise<void> {
  const turnOfThis = tried.then(async () => {
    send({ type: 'trying', at, isOver: false });
    await look().finally(() => send({ type: 'trying', at, isOver: true }));
  });
  tried = turnOfThis.catch(() => {});
  await turnOfThis;
}

/** Stands for a sensor that was there before: its first reading fails, and then it is looked for. */
const absent = (known: NonNullable<Wanted['known']>): SensorReader => ({
  ...known,
  ...{ usualPeriodMs: 1000, shortestMs: 1000 },
  read: () => {
    throw new SensorTrouble('sensor-lost', 'it had to be looked for again');
  },
  close: () => {},
});

function ownCpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function start(originNs: bigint, recorded: readonly number[]): void {
  for (const sensor of [...hosted]) {
    if (recorded.includes(sensor.at)) sensor.start(originNs);
    else {
      hosted.splice(hosted.indexOf(sensor), 1);
      void sensor.close();
    }
  }
  cpuBeforeS = ownCpuS();
  turns = setInterval(turn, unaskedMs);
}

/** Each sensor's part of what this process costs goes by its readings. */
function turn(then?: () => void): void {
  const cpuS = ownCpuS() - cpuBeforeS;
  const rows = hosted.reduce((sum, sensor) => sum + sensor.rows, 0);
  const news = hosted.map((sensor) => sensor.news(cpuS * (sensor.rows / rows)));
  send({ type: 'news', news }, then);
}

async function stop(): Promise<void> {
  clearInterval(turns);
  turn();
  await Promise.allSettled(hosted.map((sensor) => sensor.close()));
  turn(leave);
}

process.on('message', (message: ToSensors) => {
  if (message.type === 'open')
    for (const [at, wanted] of message.wanted.entries()) {
      if (wanted) void open(wanted, at, message);
    }
  else if (message.type === 'start') {
    start(message.originNs, message.recorded);
  } else if (message.type === 'turn') {
    turns?.refresh();
    agenda.go();
    turn();
  } else void stop();
});
watchGroups((pids) => send({ type: 'groups', pids }));
// The last line of a stack says nothing; whoever started this quotes what is said last.
process.on('uncaughtException', (error) => {
  writeSync(2, `${errorText(error)}\n`);
  killAll();
  process.exit(70);
});
process.on('disconnect', leave);
process.on('exit', killAll);
// Whoever ends powerlog ends this too, in order: what was read up to then is still handed over.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
