import type { Summary } from '../../measure/summary.js';
import type { RunningRecording } from '../../session/record.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import type { Warning } from '../../stream/warning.js';

/** What a recording that is under way is handed to beside its files: nothing that goes wrong with it touches the recording. */
export interface Feed {
  /** Its name in messages. */
  readonly name: string;
  /** Sees a track, behind the track's own sinks. Called for each track, before the recording begins. */
  sinkOf(track: Track): Sink;
  /** The recording has begun. */
  begin?(recording: Pick<RunningRecording, 'handOver' | 'startMonotonicNs'>): void;
  /** All samples have come: sends what can still be sent, and gives what the summary should say of it. */
  settle(): Promise<readonly Warning[]>;
  /**
   * Lets go. Safe to call twice, and without `settle`.
   * @param summary what the files got; absent where it came to none
   */
  close(summary?: Summary): Promise<void>;
}

/** What a feed may want to know of the command that it is opened for. */
export interface FeedPlan {
  /** Where the recording's files go, for what lies beside them. */
  readonly out?: string | undefined;
  readonly capture?: string | undefined;
  /** As `chooseColumns` takes it: `power` where nobody chose. */
  readonly columns: string;
  /** What the samples' grid was asked to be; null where they come as fast as the board answers. */
  readonly rateHz: number | null;
  /** For a person. A feed says the same kind of thing once. */
  readonly onNotice: (text: string) => void;
}
