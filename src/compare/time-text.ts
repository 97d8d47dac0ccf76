/** A lag or a period as sentences have it: lags that are held against each other stay in one unit. */
export const ms = (us: number): string => `${Number((us / 1000).toPrecision(3))} ms`;

export const seconds = (us: number): string => `${Number((us / 1e6).toPrecision(2))} s`;
