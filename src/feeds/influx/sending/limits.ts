/** What a server acknowledged it may have forgotten so long after, if it is killed: VictoriaMetrics forgets ten seconds. */
export const forgetfulMs = 30_000;
/** Text of numbers is a tenth at any level; the lowest takes the least of the CPU. */
export const gzipLevel = 1;
/** So long powerlog waits at the end for a server that takes nothing. */
export const graceMs = 5000;
/** What may be on its way to a spool whose disk hangs. */
export const mostOnTheWayBytes = 64e6;
