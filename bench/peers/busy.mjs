// One core's worth of load for a bounded time. Usage: busy.mjs SECONDS
const end = performance.now() + Number(process.argv[2]) * 1e3;
let x = 1;
while (performance.now() < end) for (let i = 0; i < 1e5; i++) x = Math.imul(x, 1664525) + 1013904223;
process.exitCode = x === 0 ? 1 : 0;
