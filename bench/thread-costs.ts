import { type Claim, type Effort, type Findings, short, table } from './claims.js';
import type { Product } from './frames.js';
import { makersPython } from './maker-library.js';
import { costReaders, cReader, ours, type Reader, type Run } from './readers.js';
import { median, pairedRatio } from './stats.js';
import type { Workshop } from './workshop.js';

const latencyMs = 1;
const products: readonly { product: Product; title: string; bytes: number }[] = [
  { product: 'benchlab', title: 'BENCHLAB', bytes: 216 },
  { product: 'benchlab2', title: 'BENCHLAB 2', bytes: 384 },
];

/** Runs every reader on one port, one after the other, there and back, so that what drifts hits all alike. */
export async function inTurns(
  readers: readonly Reader[],
  port: string,
  { repeats, seconds }: Pick<Effort, 'repeats' | 'seconds'>,
  say: (reader: string) => void,
): Promise<ReadonlyMap<string, readonly Run[]>> {
  const runs = new Map<string, Run[]>();
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const reader of repeat % 2 === 0 ? readers : [...readers].reverse()) {
      say(`${reader.name}, ${repeat + 1} of ${repeats}`);
      runs.set(reader.name, [...(runs.get(reader.name) ?? []), await reader.run(port, seconds)]);
    }
  }
  return runs;
}

/** What a sample costs on either board, thread by thread, and what the logger costs that the maker's library makes. */
export async function threadCosts(
  workshop: Workshop,
  effort: Effort,
  say: (text: string) => void,
): Promise<Findings> {
  const runs = new Map<Product, ReadonlyMap<string, readonly Run[]>>();
  const played = products.filter(({ product }) => product === 'benchlab' || workshop.hasFastBoard);
  for (const { product, title } of played) {
    const port = await workshop.board(latencyMs, product);
    const turns = { repeats: effort.repeats, seconds: effort.longSeconds };
    const found = await inTurns(costReaders(workshop, product), port, turns, (reader) =>
      say(`${title}, ${reader}`),
    );
    runs.set(product, found);
  }
  if (!makersPython())
    workshop.missing.push(
      "the maker's logger (`python3 -m venv .venv && .venv/bin/pip install benchlab-pycore==0.8.0 pyserial==3.5`)",
    );
  const of = (product: Product, name: string): readonly Run[] => runs.get(product)?.get(name) ?? [];
  return {
    claims: [
      ...played.flatMap(({ product, title }) => claimsFor(title, of(product, ours), of(product, cReader))),
      {
        what: 'CPU per sample of BENCHLAB 2 over that of BENCHLAB, once it runs (384 bytes over 216: 1.78)',
        ...pairedRatio(of('benchlab2', ours).map(wholeUs), of('benchlab', ours).map(wholeUs)),
        sense: 'at most',
        target: 1.78,
      },
    ],
    section: [
      '### Once it runs, by thread',
      `A board that answers after ${latencyMs} ms; BENCHLAB's 216 bytes come in two bursts, BENCHLAB 2's 384 in three. The maker's ` +
        'library (benchlab-pycore) sleeps 50 ms in each reading, which keeps its rate where it is.',
      table(
        ['reader', 'samples per second', 'CPU per sample, µs', 'sampling thread', 'all others'],
        played.flatMap(({ product, title }) =>
          [...(runs.get(product) ?? [])].map(([name, each]) => row(`${title}: ${name}`, each)),
        ),
      ),
    ].join('\n\n'),
  };
}

const samplingUs = ({ steady }: Run): number => steady?.samplingUs ?? Number.NaN;
const restUs = ({ steady }: Run): number => steady?.restUs ?? Number.NaN;
const wholeUs = (run: Run): number => samplingUs(run) + restUs(run);

function claimsFor(title: string, logger: readonly Run[], reader: readonly Run[]): Claim[] {
  const rest = logger.map(restUs);
  return [
    {
      what: `${title}: the sampling thread's CPU per sample at 1 ms over the C reader's`,
      ...pairedRatio(logger.map(samplingUs), reader.map(samplingUs)),
      sense: 'at most',
      target: 1.2,
    },
    {
      what: `${title}: CPU per sample at 1 ms of the rest of the program`,
      value: median(rest),
      spread: [Math.min(...rest), Math.max(...rest)],
      sense: 'at most',
      // In proportion to what there is to decode and to write.
      target: title === 'BENCHLAB' ? 5 : 8.9,
      unit: 'µs',
    },
  ];
}

function row(name: string, runs: readonly Run[]): string[] {
  const figure = (pick: (run: Run) => number) => short(median(runs.map(pick)));
  return [name, figure(({ rateHz }) => rateHz), figure(wholeUs), figure(samplingUs), figure(restUs)];
}
