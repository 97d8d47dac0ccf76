import type { PartFacts } from '../../measure/part-facts.js';
import type { Sink } from '../../sink/sink.js';
import type { RecordingEvent } from '../../stream/event.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import type { Warning } from '../../stream/warning.js';
import { columnsOf, PowerHistory } from '../../trace/history.js';
import type { Span } from '../../trace/span.js';
import { Trace } from '../../trace/trace.js';
import { ExperimentLog } from '../runs/experiment-log.js';
import type { Conclusions } from './conclusions.js';
import { evaluateExperiment } from './evaluate.js';

/** What `exec` measured, told again. */
export interface Recalled extends Conclusions {
  readonly warnings: readonly Warning[];
}

/**
 * Sees a recording again, and in it what `exec` said of its command, to make the same figures of it. It keeps powers from where
 * that begins, so that any other recording costs it nothing.
 */
export class Recall implements Sink {
  #header: RecordingHeader | undefined;
  #log: ExperimentLog | undefined;
  #history: PowerHistory | undefined;
  #experiments = 0;

  begin(header: RecordingHeader): void {
    this.#header = header;
  }

  write(block: SampleBlock): void | Promise<void> {
    const { events } = block;
    if (events.length === 0) return this.#history?.write(block);
    return this.#writeWithEvents(block, events);
  }

  async finish(): Promise<void> {
    await this.#history?.finish();
  }

  /** When the recording has ended: what `exec` measured in it; null where it ran nothing. */
  async conclude(facts: () => PartFacts): Promise<Recalled | null> {
    const log = this.#log;
    const history = this.#history;
    if (!log || !history) return null;
    log.endsAt(Math.max(history.lastUs, 0) * 1000);
    if (!log.last) return null;
    const evaluation = await evaluateExperiment(log, new Trace(history, facts), history.samples > 0);
    const { conclusionsOf } = await import('./conclusions.js');
    const warnings = [...evaluation.warnings, ...this.#left()];
    return { ...conclusionsOf(evaluation, log.plan), warnings };
  }

  /** What can be asked of the samples until `dispose`; null where nothing was run. */
  trace(facts: () => PartFacts): Trace | null {
    return this.#history ? new Trace(this.#history, facts) : null;
  }

  /** When the machine was watched idle; null where it was not. */
  get baseline(): Span | null {
    return this.#log?.baseline ?? null;
  }

  /** Gives memory and the temporary file back. */
  async dispose(): Promise<void> {
    await this.#history?.dispose();
  }

  async #writeWithEvents(block: SampleBlock, events: readonly RecordingEvent[]): Promise<void> {
    const components = columnsOf(block).length;
    await this.#history?.write(block);
    for (const event of events) {
      if (event.type === 'experiment') await this.#beginAnew(components);
      this.#log?.take(event);
    }
  }

  async #beginAnew(components: number): Promise<void> {
    await this.dispose();
    this.#experiments++;
    this.#log = new ExperimentLog();
    this.#history = new PowerHistory(components);
    this.#history.begin(this.#header!);
  }

  #left(): Warning[] {
    if (this.#experiments === 1) return [];
    const message = `${this.#experiments} recordings of \`exec\` were joined: command, phases and runs are those of the last`;
    return [{ code: 'command-left', message }];
  }
}
