#!/usr/bin/env node
// CommonJS (see package.json here), as what it loads is. Scripts ask for the version often: that loads nothing.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '../dist/cli/main.js');

if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  console.log(JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')).version);
} else if (existsSync(main)) {
  require(main).main(process.argv);
} else {
  console.error('powerlog is not built yet: run `npm ci && npm run build` in its folder');
  process.exitCode = 1;
}
