import { benchlab } from './benchlab.js';
import type { Board } from './board.js';

/** Every board powerlog speaks with. */
export const boards: readonly Board[] = [benchlab];

export const boardById = (id: string): Board | undefined => boards.find((board) => board.id === id);
