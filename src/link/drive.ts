import { Action, type Sampler, type SamplingOutcome } from './sampler.js';
import { type AsyncWire, deadlineMs, gone, type Wire } from './wire.js';

/** Drives a sampler over a wire that blocks. */
export function sampleBlocking(sampler: Sampler, wire: Wire): SamplingOutcome {
  let result = 0;
  for (;;) {
    switch (sampler.step(result)) {
      case Action.ask:
        result = wire.write(sampler.request);
        if (result !== gone) result = wire.read(sampler.reply, sampler.replyBytes, deadlineMs);
        break;
      case Action.sleep:
        result = wire.sleep(sampler.waitMs);
        break;
      case Action.drain:
        result = wire.drain(sampler.waitMs);
        break;
      case Action.end:
        return sampler.outcome;
    }
  }
}

/** Drives a sampler over a wire that is awaited. */
export async function sampleAsync(sampler: Sampler, wire: AsyncWire): Promise<SamplingOutcome> {
  let result = 0;
  for (;;) {
    switch (sampler.step(result)) {
      case Action.ask:
        result = await wire.write(sampler.request);
        if (result !== gone) result = await wire.read(sampler.reply, sampler.replyBytes, deadlineMs);
        break;
      case Action.sleep:
        result = await wire.sleep(sampler.waitMs);
        break;
      case Action.drain:
        result = await wire.drain(sampler.waitMs);
        break;
      case Action.end:
        return sampler.outcome;
    }
  }
}
