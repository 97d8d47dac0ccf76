import { describe, expect, it } from 'vitest';
import { boards } from '#powerlog/board/catalogue.js';
import { isStreaming } from '#powerlog/board/streaming.js';
import { Conversation, type Dialogue } from '#powerlog/link/dialogue.js';
import { driveBlocking } from '#powerlog/link/drive.js';
import { identifyBlocking } from '#powerlog/link/identity/handshake.js';
import { recognize } from '#powerlog/link/identity/recognition.js';
import { type IdentifiedTalker, isTalk } from '#powerlog/link/listening/identify.js';
import type { Wire } from '#powerlog/link/wire.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import { TalkModel } from '#powerlog/simulator/talking/talk-model.js';

/** Who sits behind a wire, and all that it was sent. */
class ModelledWire implements Wire {
  readonly sent: number[] = [];
  #pending = Buffer.alloc(0);

  constructor(readonly reply: (byte: number) => Uint8Array | undefined) {}

  write(bytes: Uint8Array): number {
    for (const byte of bytes) {
      this.sent.push(byte);
      this.#pending = Buffer.concat([this.#pending, this.reply(byte) ?? Buffer.alloc(0)]);
    }
    return bytes.length;
  }

  read(into: Buffer): number {
    return this.#take(into);
  }

  listen(into: Buffer): number {
    return this.#take(into);
  }

  drain(_: number, into = Buffer.alloc(4096)): number {
    return this.#take(into);
  }

  sleep(): number {
    return 0;
  }

  #take(into: Buffer): number {
    const count = this.#pending.copy(into);
    this.#pending = this.#pending.subarray(count);
    return count;
  }
}

function talker(): { wire: ModelledWire; model: TalkModel } {
  const model = new TalkModel('constant', 1);
  const wire = new ModelledWire((byte) => {
    const reply = model.reply(byte, 0);
    if (reply === 'unexpected') throw new Error(`a PowerSensor3 was sent ${byte}`);
    return reply;
  });
  return { wire, model };
}

function hold<Outcome>(dialogue: Dialogue<Outcome>, wire: Wire): Outcome {
  const conversation = new Conversation(dialogue);
  driveBlocking(conversation, wire);
  return conversation.outcome!.value;
}

const letters = [...'VR'].map((letter) => letter.charCodeAt(0));
const identified = (): IdentifiedTalker => {
  const found = identifyBlocking('port', talker().wire);
  if (!isStreaming(found.board)) throw new Error('no talker');
  return found as IdentifiedTalker;
};

describe('one that talks', () => {
  it('is asked its own question where WELCOME has stayed without an answer, and its configuration to the end', () => {
    const { wire } = talker();
    const { board, identity } = identifyBlocking('port', wire);
    expect(board.rails.map(({ name }) => name)).toEqual(['eps1', 'hpwr1', 'pcie3', 'atx_12v']);
    expect(identity).toMatchObject({ id: 'powersensor3', uid: null });
    const [version, configuration] = letters.map((letter) => wire.sent.indexOf(letter)) as [number, number];
    expect(wire.sent.slice(0, version)).toEqual([0, 0, 0]);
    expect(wire.sent.slice(version)).toEqual([...letters, ...Array(8).fill(0)]);
    expect(configuration).toBe(version + 1);
  });

  it('is asked for its configuration once more where a part of that came late', () => {
    const { wire } = talker();
    let parts = 0;
    let held: Uint8Array = new Uint8Array();
    const late = new ModelledWire((byte) => {
      const reply = wire.reply(byte);
      if (reply?.length === 41 && ++parts === 3) {
        held = reply;
        return undefined;
      }
      const answer = Buffer.concat([held, reply ?? new Uint8Array()]);
      held = new Uint8Array();
      return answer;
    });
    const { board } = identifyBlocking('port', late);
    expect(board.rails.map(({ name }) => name)).toEqual(['eps1', 'hpwr1', 'pcie3', 'atx_12v']);
    expect(parts).toBe(16);
  });

  it('is known again by its version and its configuration, and only then', () => {
    const known = identified();
    expect(hold(known.recognize(), talker().wire)).toBe(true);
    const { wire, model } = talker();
    const other = new ModelledWire((byte) => {
      const reply = wire.reply(byte);
      return reply && model && reply.length === 41
        ? reply.map((each, at) => (at === 20 ? each ^ 1 : each))
        : reply;
    });
    expect(hold(known.recognize(), other)).toBe(false);
  });

  it('is not asked for where one that is asked is waited for', () => {
    const { wire } = talker();
    expect(() => identifyBlocking('port', wire, 'asked')).toThrow(/silent/);
    expect(new Set(wire.sent)).toEqual(new Set([0]));
  });

  it.each(boards.map((board) => [`${board.product} ${board.firmware}`, board] as const))(
    'sends a %s that has taken its place nothing but WELCOME',
    (_, board) => {
      const model = makeBoardModel({ board });
      const wire = new ModelledWire((byte) => model.reply(byte, 0));
      expect(hold(identified().recognize(), wire)).toBe(false);
      expect(new Set(wire.sent)).toEqual(new Set([0]));
    },
  );

  it('is sent nothing but WELCOME where it has taken the place of a board that is asked', () => {
    const board = boards[0]!;
    const model = makeBoardModel({ board });
    const known = identifyBlocking('port', new ModelledWire((byte) => model.reply(byte, 0)));
    const { wire } = talker();
    expect(hold(recognize(known as Parameters<typeof recognize>[0]), wire).same).toBe(false);
    expect(new Set(wire.sent)).toEqual(new Set([0]));
  });

  it('is heard talking in whole sets alone', () => {
    const model = new TalkModel('train', 1);
    model.reply('S'.charCodeAt(0), 0);
    const sets = Buffer.from(model.sets(2e6));
    expect(isTalk(sets.subarray(5))).toBe(true);
    expect(isTalk(sets.subarray(0, 100))).toBe(false);
    for (const board of boards) {
      const answer = makeBoardModel({ board }).reply(board.commands.sensors.request[0]!, 1e9)!;
      expect(isTalk(Buffer.concat(Array(20).fill(Buffer.from(answer))))).toBe(false);
    }
  });
});
