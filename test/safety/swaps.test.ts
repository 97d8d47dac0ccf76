import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Board } from '#powerlog/board/board.js';
import { boardFor, boardIds } from '#powerlog/board/catalogue.js';
import { UserError } from '#powerlog/errors.js';
import { driveBlocking } from '#powerlog/link/drive.js';
import { identifyBlocking } from '#powerlog/link/identity/handshake.js';
import type { Answerer } from '#powerlog/link/identity/identified.js';
import { makeSampling } from '#powerlog/link/listening/sampling.js';
import { SampleRing } from '#powerlog/link/ring.js';
import { gone, type Wire } from '#powerlog/link/wire.js';
import { type BoardModel, makeBoardModel } from '#powerlog/simulator/model.js';
import { startSimulator } from '#powerlog/simulator/port/server.js';
import { uniform } from '#powerlog/simulator/random.js';
import { TalkModel } from '#powerlog/simulator/talking/talk-model.js';
import { scratch } from '../capture/samples.js';
import { startRecording } from '../peers/maker/recorder.js';
import { hasPseudoTerminals } from '../simulator/pty-client.js';

/*
 * Boards of one maker share a USB id and not their command numbers: what reads the UID of a PMD2 presses the power button of a
 * BENCHLAB. So whatever takes a board's place in mid-recording gets nothing but what its own table allows.
 */

const products: readonly Board[] = boardIds.map((id) => boardFor(id)!);
const pairs = products.flatMap((first) =>
  products.filter((second) => second !== first).map((second) => [first, second] as const),
);
const swaps = 200;

/** A model's answers in a time of their own; a tenth of them goes wrong. It goes away after so many things done with it. */
class PluggedIn implements Wire {
  nowMs = 0;
  /** Bytes that one that talks does not know. */
  unexpected = 0;
  #coming: Buffer[] = [];
  #seed: number;
  #draws = 0;

  constructor(
    public model: BoardModel,
    seed: number,
    public leavesAfter: number,
    /** One that talks, instead. */
    readonly talker?: TalkModel,
  ) {
    this.#seed = seed;
    if (!talker && model.greeting && this.#draw() < 0.8) this.#coming.push(Buffer.from(model.greeting));
  }

  write(bytes: Uint8Array): number {
    if (this.#isGone()) return gone;
    for (const byte of bytes) {
      const reply = (this.talker ?? this.model).reply(byte, this.nowMs * 1e6);
      if (reply === 'unexpected') this.unexpected++;
      else if (reply) this.#coming.push(this.#wronged(Buffer.from(reply)));
    }
    return bytes.length;
  }

  read(into: Buffer, length: number, deadlineMs: number): number {
    if (this.#isGone()) return gone;
    let have = 0;
    while (have < length && this.#coming.length > 0) have += this.#coming.shift()!.copy(into, have);
    this.nowMs += have < length ? deadlineMs : 1;
    return have;
  }

  listen(into: Buffer): number {
    if (this.#isGone()) return gone;
    this.nowMs += 5;
    const bytes = Buffer.concat(this.#coming.splice(0));
    const sets = this.talker?.talks ? this.#wronged(Buffer.from(this.talker.sets(this.nowMs * 1e6))) : bytes;
    return Buffer.concat([bytes, sets === bytes ? Buffer.alloc(0) : sets]).copy(into);
  }

  drain(quietMs: number, into?: Buffer): number {
    if (this.#isGone()) return gone;
    const bytes = Buffer.concat(this.#coming.splice(0));
    if (into) bytes.copy(into);
    this.nowMs += quietMs;
    return bytes.length;
  }

  sleep(ms: number): number {
    this.nowMs += ms;
    return this.#isGone() ? gone : 0;
  }

  #isGone(): boolean {
    return this.leavesAfter-- <= 0;
  }

  #draw(): number {
    return uniform(this.#seed, this.#draws++);
  }

  #wronged(reply: Buffer): Buffer {
    if (this.#draw() > 0.1) return reply;
    const at = Math.floor(this.#draw() * (reply.length + 1));
    const how = this.#draw();
    if (how < 0.3) return Buffer.alloc(0);
    if (how < 0.6) return reply.subarray(0, at);
    return Buffer.concat([reply, reply.subarray(0, at)]);
  }
}

/** Identifies whoever is there and samples until that goes away; undefined where it did before it was known. */
function recorded(wire: PluggedIn): Answerer | undefined {
  try {
    const identified = identifyBlocking('port', wire);
    const { frameBytes } = identified.board;
    const ring = new SampleRing(SampleRing.allocate(256, frameBytes), frameBytes);
    const options = { clock: () => wire.nowMs * 1e6, onEvent: () => {} };
    driveBlocking(makeSampling(identified, ring, options), wire);
    return identified;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

const modelOf = (board: Board, seed: number) => makeBoardModel({ board, profile: 'train', seed });
const none = { count: 0, first: [] };

describe('a board that takes the place of another', () => {
  it.each(pairs.map(([first, second]) => [first.product, second.product, first, second] as const))(
    `after a hang-up, ${swaps} times, at any instant, on a bad line: %s, then %s`,
    (_one, _other, ...boards) => {
      const models = boards.map((board, n) => modelOf(board, n + 1));
      const known = [0, 0];
      for (let n = 0; n < 2 * swaps; n++) {
        const turn = n % 2;
        const wire = new PluggedIn(models[turn]!, n, Math.floor(120 * uniform(7, n)));
        const identified = recorded(wire);
        if (!identified) continue;
        expect(identified.board.id).toBe(boards[turn]!.id);
        known[turn]!++;
      }
      expect(models.map((model) => model.stats().unexpected)).toEqual([none, none]);
      // Most stay long enough to be known, or nothing would have been tried.
      expect(Math.min(...known)).toBeGreaterThan(swaps / 3);
    },
  );

  it.each(products.map((board) => [board.product, board] as const))(
    `after a hang-up, ${swaps} times: PowerSensor3, which talks, then %s`,
    (_, board) => {
      const known = { talking: 0, asked: 0 };
      const model = modelOf(board, 1);
      let unexpected = 0;
      for (let n = 0; n < 2 * swaps; n++) {
        const isTalking = n % 2 === 0;
        const talker = isTalking ? new TalkModel('train', 1) : undefined;
        const wire = new PluggedIn(model, n, Math.floor(160 * uniform(11, n)), talker);
        const identified = recorded(wire);
        unexpected += wire.unexpected;
        if (!identified) continue;
        expect(identified.identity.id).toBe(isTalking ? 'powersensor3' : board.id);
        known[isTalking ? 'talking' : 'asked']++;
      }
      expect(unexpected).toBe(0);
      expect(model.stats().unexpected).toEqual(none);
      expect(Math.min(known.talking, known.asked)).toBeGreaterThan(swaps / 4);
    },
  );

  /** What reads the values of the others writes a BENCHLAB's name; nothing but the hang-up tells one from the other in time. */
  const askedAlike = pairs.filter(
    ([first, second]) => first.id.startsWith('benchlab') || !second.id.startsWith('benchlab'),
  );
  it.each(askedAlike.map(([first, second]) => [first.product, second.product, first, second] as const))(
    `without a hang-up, ${swaps} times: %s, then %s`,
    (_one, _other, first, second) => {
      // The bad line itself may have had it given up before.
      for (let n = 0, done = 0; done < swaps; n++) {
        const [one, other] = [modelOf(first, 1), modelOf(second, 2)];
        const wire = new PluggedIn(one, n, 4000);
        let left = 4 + Math.floor(30 * uniform(9, n));
        const write = wire.write.bind(wire);
        // Between two samples: within one question and its answer nobody can change a plug.
        wire.write = (bytes) => {
          if (bytes === first.commands.sensors.request && --left === 0) wire.model = other;
          return write(bytes);
        };
        recorded(wire);
        if (left <= 0) done++;
        expect([one, other].map((model) => model.stats().unexpected)).toEqual([none, none]);
      }
    },
  );
});

describe.runIf(hasPseudoTerminals)('a board that takes the place of another behind a real port', () => {
  it.each(pairs.map(([first, second]) => [first.product, second.product, first, second] as const))(
    '%s, then %s, then the first again: each is asked in its own language, and the CSV is of the first',
    async (_one, _other, first, second) => {
      const folder = scratch();
      const link = join(folder, 'port');
      const seeds = new Map([
        [first, 1],
        [second, 2],
      ]);
      const plug = async (board: Board) => {
        const plugged = await startSimulator({ board, link, profile: 'constant', seed: seeds.get(board)! });
        onTestFinished(() => plugged.stop());
        return plugged;
      };
      let simulator = await plug(first);
      const recording = startRecording(folder, link, '--reconnect', '10m');
      await recording.hasRows(20);
      await simulator.stop();
      expect(simulator.stats().unexpected).toEqual(none);
      simulator = await plug(second);
      // Known to be another when its UID was read; it is let go of then.
      while (simulator.stats().requests.uid === 0) await sleep(20);
      await simulator.stop();
      expect(simulator.stats().unexpected).toEqual(none);
      expect(simulator.stats().requests.sensors).toBeLessThanOrEqual(second.anyFirmware ? 30 : 0);
      simulator = await plug(first);
      await recording.hasRows(60);
      while (simulator.stats().requests.sensors < 20) await sleep(20);
      const { code, err, summary } = await recording.stop();
      await simulator.stop();
      expect(simulator.stats().unexpected).toEqual(none);
      expect(code, err).toBe(0);
      expect(summary.board.product).toBe(first.product);
      const causes = summary.gaps.map(({ cause }: { cause: string }) => cause);
      expect(causes).toContain('board-lost');
    },
  );
});
