import type { Instrument } from '../../board/board.js';
import { wireAlarmText } from '../../measure/wires/alarm-text.js';
import type { RecordingEvent } from '../../stream/event.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import { printable } from '../../text.js';

/** What somebody should act on: a wire that carries too much, or a fault that a board raised. */
export interface Alarm {
  readonly kind: 'wire-current' | 'wire-share' | 'board-fault';
  /** One line. */
  readonly text: string;
  /** When it began: seconds since the recording did. */
  readonly timeS: number;
  /** UTC, ms; null where that is not known. */
  readonly unixMs: number | null;
  /** The board's name, or else its product. */
  readonly board: string;
  readonly port: string;
  /** Of a wire, else null. */
  readonly rail: string | null;
  readonly wire: string | null;
  readonly currentA: number | null;
  /** Null too where the connector carried too little for shares. */
  readonly share: number | null;
  readonly limit: number | null;
  /** The board's bit, else null. */
  readonly fault: string | null;
}

/** The alarm that an event is; null where it is none. */
export function alarmOf(event: RecordingEvent, header: RecordingHeader, board: Instrument): Alarm | null {
  if (event.type === 'board-fault') {
    const title = board.faults?.bits.find(({ bit }) => bit === event.bit)?.title ?? 'a fault without a name';
    return {
      ...{ kind: 'board-fault', text: printable(`the board raises a fault: ${title} (${event.name})`) },
      ...ofBoard(header, event.atNs),
      ...{ rail: null, wire: null, currentA: null, share: null, limit: null, fault: event.name },
    };
  }
  if (event.type !== 'wire-alarm' || event.edge !== 'begin') return null;
  const { kind, rail, wire: name, currentA, share, limit, beganNs } = event;
  const wire = board.wires.find((each) => each.name === name) ?? { name, title: rail };
  return {
    ...{ kind: `wire-${kind}`, text: printable(wireAlarmText(wire, event)) },
    ...ofBoard(header, beganNs),
    ...{ rail, wire: name, currentA, share, limit, fault: null },
  };
}

/** Whose it is, and when it began. */
const ofBoard = ({ board: { name, product, port }, startUnixUs }: RecordingHeader, atNs: number) => ({
  timeS: atNs / 1e9,
  unixMs: startUnixUs === null ? null : startUnixUs / 1e3 + atNs / 1e6,
  board: printable(name ?? product),
  port: printable(port),
});

/** What a command is told of an alarm; what is not known is empty. */
export function environmentOf(alarm: Alarm): Record<string, string> {
  const { timeS, unixMs, currentA, share, limit } = alarm;
  return {
    POWERLOG_ALARM_KIND: alarm.kind,
    POWERLOG_ALARM_TEXT: alarm.text,
    POWERLOG_ALARM_BOARD: alarm.board,
    POWERLOG_ALARM_PORT: alarm.port,
    POWERLOG_ALARM_TIME: unixMs === null ? '' : new Date(unixMs).toISOString(),
    POWERLOG_ALARM_TIME_S: timeS.toFixed(6),
    POWERLOG_ALARM_RAIL: alarm.rail ?? '',
    POWERLOG_ALARM_WIRE: alarm.wire ?? '',
    POWERLOG_ALARM_CURRENT_A: currentA === null ? '' : currentA.toFixed(3),
    POWERLOG_ALARM_SHARE: share === null ? '' : share.toFixed(4),
    POWERLOG_ALARM_LIMIT: limit === null ? '' : String(limit),
    POWERLOG_ALARM_FAULT: alarm.fault ?? '',
  };
}
