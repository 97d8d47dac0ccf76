/** The part of jstat that is used; it ships no types. */
declare module 'jstat' {
  export const jStat: {
    readonly studentt: {
      /** The quantile: `p` in (0, 1), any positive number of degrees of freedom. */
      inv(p: number, degreesOfFreedom: number): number;
      cdf(t: number, degreesOfFreedom: number): number;
    };
  };
}
