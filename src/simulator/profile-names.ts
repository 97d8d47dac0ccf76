/** What a simulated board can measure. */
export const profileNames = ['constant', 'square', 'idle', 'train', 'inference'] as const;
export type ProfileName = (typeof profileNames)[number];

/** The profiles without noise, whose energy between any two instants can be written down on paper. */
export type PaperProfileName = 'constant' | 'square';
