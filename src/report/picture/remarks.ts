import type { PageFlag } from '../../draw/page-data.js';
import { wireFlagText } from '../../measure/wires/alarm-text.js';
import type { FaultKind, RecordingEvent } from '../../stream/event.js';

/** More cannot be told apart in a picture. */
const most = 2000;
/** Faults that gaps do not tell by themselves. */
const told: Partial<Record<FaultKind, string>> = {
  'implausible-frame': 'a frame contradicts itself',
  joined: 'another recording begins',
  suspend: 'the machine slept',
};

/** Keeps what happened at an instant while samples were taken. */
export class Remarks {
  readonly #flags: PageFlag[] = [];
  #left = 0;

  take(event: RecordingEvent): void {
    switch (event.type) {
      case 'marks':
        for (const { kind, name, atNs } of event.marks)
          if (kind === 'point') this.#add({ kind: 'mark', name, atUs: atNs / 1000 });
        break;
      case 'board-fault':
        this.#add({ kind: 'board-fault', name: event.name, atUs: event.atNs / 1000 });
        break;
      case 'wire-alarm':
        if (event.edge === 'begin')
          this.#add({ kind: 'wire-alarm', name: wireFlagText(event), atUs: event.beganNs / 1000 });
        break;
      case 'fault': {
        const name = told[event.kind];
        if (name !== undefined) this.#add({ kind: 'warning', name, atUs: event.startNs / 1000 });
        break;
      }
    }
  }

  /** In their order; of very many the first. */
  get flags(): PageFlag[] {
    const flags = [...this.#flags].sort((a, b) => a.atUs - b.atUs);
    const last = flags.at(-1);
    if (this.#left > 0 && last)
      flags.push({ kind: 'warning', name: `${this.#left} more are not shown`, atUs: last.atUs });
    return flags;
  }

  #add(flag: PageFlag): void {
    if (this.#flags.length < most) this.#flags.push(flag);
    else this.#left++;
  }
}
