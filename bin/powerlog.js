#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';

const packageUrl = new URL('../package.json', import.meta.url);
const mainUrl = new URL('../dist/cli/main.js', import.meta.url);

if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  // Answered before anything is loaded: scripts ask often.
  console.log(JSON.parse(readFileSync(packageUrl, 'utf8')).version);
} else if (existsSync(mainUrl)) {
  const { main } = await import(mainUrl.href);
  await main(process.argv);
} else {
  console.error('powerlog is not built yet: run `npm ci && npm run build` in its folder');
  process.exitCode = 1;
}
