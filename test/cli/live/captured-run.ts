import { boardFor } from '#powerlog/board/catalogue.js';
import { encodePreamble } from '#powerlog/capture/encoder.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import type { Mark } from '#powerlog/stream/command-event.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { encode, end, header, type Sample } from '../../capture/samples.js';

const s = 1e9;
const everyNs = 20e6;
const lasts = 60 * s;

/**
 * A capture of a board that draws 400 W for a minute, and of a command: a phase of any name from 0.5 to 10 s, then `here` is marked,
 * and `last` goes on to the end. All of it is there for longer than a busy machine looks away.
 */
export function capturedRun(boardName: string, phase: string): Uint8Array {
  const model = makeBoardModel({ profile: 'constant' });
  const request = boardFor('benchlab')!.commands.sensors.request[0]!;
  const samples = Array.from({ length: lasts / everyNs }, (_, n): Sample => {
    const atNs = n * everyNs;
    const frame = Buffer.from(model.reply(request, atNs)!);
    const events = eventsOf(phase).flatMap(([ns, each]) => (ns >= atNs && ns < atNs + everyNs ? each : []));
    return { requestNs: atNs, replyNs: atNs + 400_000, frame, events };
  });
  const preamble = encodePreamble({ ...header, board: { ...header.board, name: boardName } });
  return Buffer.concat([preamble, ...encode(samples)]);
}

function eventsOf(phase: string): (readonly [ns: number, RecordingEvent[]])[] {
  const marked = (atNs: number, ...marks: (readonly [Mark['kind'], string])[]): RecordingEvent => ({
    ...{ type: 'marks', run: 0 },
    marks: marks.map(([kind, name], n) => ({
      ...{ kind, name, count: null, atNs, uncertaintyNs: 0, line: atNs === 10 * s ? n + 2 : 1 },
    })),
  });
  return [
    [
      0,
      [
        { type: 'experiment', atNs: 0, commands: 1, runs: 1, warmups: 0, idlePowerW: null },
        { type: 'command', atNs: 0, command: 0, argv: ['train'] },
        {
          ...{ type: 'run-begin', atNs: 0.2 * s, run: 0 },
          ...{ command: 0, number: 1, warmup: false, pid: 1 },
        },
      ],
    ],
    [0.5 * s, [marked(0.5 * s, ['begin', phase])]],
    [10 * s, [marked(10 * s, ['end', phase], ['point', 'here'], ['begin', 'last'])]],
    [
      lasts - everyNs,
      [
        {
          ...{ type: 'run-end', atNs: lasts - everyNs, run: 0, status: 'ok', exitCode: 0, signal: null },
          ...{ failure: null, problems: [], problemCount: 0 },
        },
        end(lasts),
      ],
    ],
  ];
}
