import { boards } from '../../board/catalogue.js';

/** The sums, the whole first, as the columns of a CSV name them. */
export const components = ['system', 'cpu', 'gpu', 'motherboard'] as const;

/** Every rail that a board of the catalogue may have; `slot` is what one of them is called behind a slot adapter. */
export const rails: readonly string[] = [
  ...new Set(boards.flatMap((board) => board.rails.map((rail) => rail.name))),
  'slot',
];

/** Grafana's `text` is dark on a light ground and light on a dark one; the others are of the palette of Okabe and Ito. */
export const colours: Readonly<Record<string, string>> = {
  system: 'text',
  cpu: '#56b4e9',
  gpu: '#d55e00',
  motherboard: '#009e73',
};
