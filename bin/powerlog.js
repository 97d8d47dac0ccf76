#!/usr/bin/env node
// CommonJS (see package.json here), as what it loads is. Scripts ask for the version often: that loads nothing.
const { existsSync, readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

const main = join(__dirname, '../dist/cli/main.js');

/** False where it could not be written; the program proper then says why. */
function printedVersion() {
  try {
    writeSync(1, `${JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')).version}\n`);
    return true;
  } catch {
    return false;
  }
}

const asksForVersion = process.argv.length === 3 && /^(--version|-V)$/.test(process.argv[2]);
if (asksForVersion && printedVersion()) {
  // That was all.
} else if (existsSync(main)) {
  require(main).main(process.argv);
} else {
  console.error('powerlog is not built yet: run `npm ci && npm run build` in its folder');
  process.exitCode = 1;
}
