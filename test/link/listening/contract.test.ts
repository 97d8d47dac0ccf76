import { describe, expect, it } from 'vitest';
import { readClockAnchor } from '#powerlog/clock.js';
import { openLink } from '#powerlog/link/open.js';
import { startSimulator } from '#powerlog/simulator/port/server.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { hasPseudoTerminals } from '../../simulator/pty-client.js';

/** One suite for both links, of an instrument that talks; `sampler`'s is in `test/link/contract.test.ts`. */

interface Heard {
  readonly ns: number[];
  readonly events: RecordingEvent[];
  readonly outcome: string;
}

describe.runIf(hasPseudoTerminals).each(['tty', 'stream'] as const)(
  'the %s link, of one that talks',
  (kind) => {
    async function hear(
      sampling: { endNs?: number; rateHz?: number },
      enough = Number.POSITIVE_INFINITY,
    ): Promise<Heard & { unexpected: number }> {
      const simulator = await startSimulator({ talks: true });
      const link = await openLink(simulator.path, kind);
      const run = link.sample({ originNs: readClockAnchor().monotonicNs, ...sampling });
      const ns: number[] = [];
      const events: RecordingEvent[] = [];
      for (;;) {
        const next = await run.next();
        if (next.done) {
          await link.close();
          await simulator.stop();
          return { ns, events, outcome: next.value, unexpected: simulator.stats().unexpected.count };
        }
        const { count, requestNs, replyNs } = next.value;
        for (let row = 0; row < count; row++) ns.push((requestNs[row]! + replyNs[row]!) / 2);
        events.push(...next.value.events);
        if (ns.length >= enough) link.stop();
      }
    }

    it('hands sets on with instants that rise, up to the end', async () => {
      const { ns, outcome, unexpected } = await hear({ endNs: 1.5e9 });
      expect(outcome).toBe('duration');
      expect(unexpected).toBe(0);
      expect(ns.every((each, n) => n === 0 || each > ns[n - 1]!)).toBe(true);
      expect(Math.max(...ns)).toBeLessThan(1.5e9);
    });

    it('keeps an even grid where that is asked for', async () => {
      const { ns } = await hear({ rateHz: 100 }, 50);
      const slots = ns.map((each) => Math.floor(each / 1e7));
      expect(new Set(slots).size).toBe(slots.length);
    });

    it('ends when told to, with what it has', async () => {
      const { outcome, events } = await hear({}, 10_000);
      expect(outcome).toBe('stopped');
      expect(events.at(-1)).toMatchObject({ type: 'device-clock' });
    });

    it('says that it is lost where the port goes away', async () => {
      const simulator = await startSimulator({ talks: true });
      const link = await openLink(simulator.path, kind);
      const run = link.sample({ originNs: readClockAnchor().monotonicNs, handOverMs: 10 });
      let next = await run.next();
      const stopped = simulator.stop();
      while (!next.done) next = await run.next();
      expect(next.value).toBe('lost');
      await stopped;
      await link.close();
    });
  },
);
