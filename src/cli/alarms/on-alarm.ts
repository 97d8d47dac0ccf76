import { Option } from 'commander';
import type { Instrument } from '../../board/board.js';
import { usageError } from '../../errors.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import type { Warning } from '../../stream/warning.js';
import { checked } from '../options.js';
import { type Alarm, alarmOf } from './alarm.js';
import type { AlarmCommand } from './alarm-command.js';

export interface OnAlarmOptions {
  readonly onAlarm?: string;
}

/** The word that is no command. */
const endWord = 'end';

function parseAction(text: string): string {
  if (text.trim() === '') throw usageError("say what to do: end, or a command for /bin/sh, such as 'beep'");
  return text;
}

/** @param ended what `end` ends */
export const onAlarmOption = (ended: string) =>
  new Option(
    '--on-alarm <action>',
    `on each alarm of a wire or fault of the board: end (${ended}), or a command for /bin/sh, told by POWERLOG_ALARM_…`,
  ).argParser(checked(parseAction));

/** What `--on-alarm` does with the alarms of a recording. */
export class OnAlarm {
  /** The alarm that ended the recording; null where none did. */
  endedBy: Alarm | null = null;
  readonly #command: AlarmCommand | null;
  readonly #end: ((alarm: Alarm) => void) | null;
  readonly #onNotice: (text: string) => void;

  private constructor(
    command: AlarmCommand | null,
    end: ((alarm: Alarm) => void) | null,
    onNotice: (text: string) => void,
  ) {
    this.#command = command;
    this.#end = end;
    this.#onNotice = onNotice;
  }

  /** @param end called once, with the first alarm, where that is what was asked for */
  static async open(
    { onAlarm }: OnAlarmOptions,
    end: (alarm: Alarm) => void,
    onNotice: (text: string) => void,
  ): Promise<OnAlarm> {
    if (onAlarm === undefined) return new OnAlarm(null, null, onNotice);
    if (onAlarm === endWord) return new OnAlarm(null, end, onNotice);
    const { AlarmCommand } = await import('./alarm-command.js');
    return new OnAlarm(new AlarmCommand(onAlarm, onNotice), null, onNotice);
  }

  /** Sees a track's alarms; none where nothing is to be done. */
  sinksOf({ source: { board, identity } }: Track): Sink[] {
    if (!this.#command && !this.#end) return [];
    if (board.wires.length === 0 && !board.faults)
      this.#onNotice(
        `${identity.product} on ${identity.port} measures no single wires and raises no faults: there is nothing for --on-alarm`,
      );
    return [new AlarmSink(board, (alarm) => this.#take(alarm))];
  }

  /** When the recording has ended. */
  async settle(): Promise<readonly Warning[]> {
    return (await this.#command?.finish()) ?? [];
  }

  #take(alarm: Alarm): void {
    this.#command?.run(alarm);
    if (!this.#end || this.endedBy) return;
    this.endedBy = alarm;
    this.#end(alarm);
  }
}

class AlarmSink implements Sink {
  #header: RecordingHeader | undefined;

  constructor(
    readonly board: Instrument,
    readonly act: (alarm: Alarm) => void,
  ) {}

  begin(header: RecordingHeader): void {
    this.#header = header;
  }

  write({ events }: SampleBlock): void {
    for (const event of events) {
      const alarm = alarmOf(event, this.#header!, this.board);
      if (alarm) this.act(alarm);
    }
  }

  async finish(): Promise<void> {}
}
