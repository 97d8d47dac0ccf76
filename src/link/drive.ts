import { type AsyncWire, deadlineMs, gone, type Wire } from './wire.js';

/** What is to be done next on the wire. */
export const Action = { ask: 0, sleep: 1, drain: 2, end: 3, say: 4, listen: 5 } as const;
export type Action = (typeof Action)[keyof typeof Action];

/** Something that knows what to do on a wire and does none of it itself, so that every decision is there once. */
export interface Driven {
  /** The next action, after the last one came to `result`: bytes that were read or drained, or `gone`. 0 at first. */
  step(result: number): Action;
  /** For `ask` what is sent, where the answer goes, and how long it should be; `say` has no answer, `listen` sends nothing. */
  readonly request: Uint8Array;
  readonly reply: Buffer;
  readonly replyBytes: number;
  /** For `sleep` and `drain`, ms. */
  readonly waitMs: number;
  /** Where `drain` keeps what it took. */
  readonly drained: Buffer | undefined;
}

/** Drives over a wire that blocks. */
export function driveBlocking(driven: Driven, wire: Wire): void {
  let result = 0;
  for (;;) {
    switch (driven.step(result)) {
      case Action.ask:
        result = wire.write(driven.request);
        if (result !== gone) result = wire.read(driven.reply, driven.replyBytes, deadlineMs);
        break;
      case Action.sleep:
        result = wire.sleep(driven.waitMs);
        break;
      case Action.drain:
        result = wire.drain(driven.waitMs, driven.drained);
        break;
      case Action.say:
        result = wire.write(driven.request);
        break;
      case Action.listen:
        result = wire.listen(driven.reply, deadlineMs);
        break;
      case Action.end:
        return;
    }
  }
}

/** Drives over a wire that is awaited. */
export async function driveAsync(driven: Driven, wire: AsyncWire): Promise<void> {
  let result = 0;
  for (;;) {
    switch (driven.step(result)) {
      case Action.ask:
        result = await wire.write(driven.request);
        if (result !== gone) result = await wire.read(driven.reply, driven.replyBytes, deadlineMs);
        break;
      case Action.sleep:
        result = await wire.sleep(driven.waitMs);
        break;
      case Action.drain:
        result = await wire.drain(driven.waitMs, driven.drained);
        break;
      case Action.say:
        result = await wire.write(driven.request);
        break;
      case Action.listen:
        result = await wire.listen(driven.reply, deadlineMs);
        break;
      case Action.end:
        return;
    }
  }
}
