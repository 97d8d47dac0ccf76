#!/usr/bin/env node
// CommonJS (see package.json here), as what it loads is. Scripts ask for the version often: that loads nothing.
const { existsSync, readFileSync, writeSync } = require('node:fs');
const { dirname, join } = require('node:path');

const main = join(__dirname, '../lib/main.js');

/** False where it could not be written; the program proper then says why. */
function printedVersion() {
  try {
    writeSync(1, `${JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')).version}\n`);
    return true;
  } catch {
    return false;
  }
}

/**
 * The program: what V8 made of its text when it was built (esbuild.config.js), where this is the same Node. V8 refuses what
 * was made under other flags, and reads the text.
 */
function load() {
  const made = `${main}.${process.version}-${process.platform}-${process.arch}`;
  // A stack then names lines of src, by the map beside the text.
  if (process.env.POWERLOG_DEBUG) process.setSourceMapsEnabled(true);
  else if (existsSync(made)) {
    const { createRequire, wrap } = require('node:module');
    const { Script } = require('node:vm');
    const text = wrap(readFileSync(main, 'utf8'));
    const program = new Script(text, { filename: main, cachedData: readFileSync(made) });
    const module = { exports: {} };
    program.runInThisContext()(module.exports, createRequire(main), module, main, dirname(main));
    return module.exports;
  }
  return require(main);
}

const asksForVersion = process.argv.length === 3 && /^(--version|-V)$/.test(process.argv[2]);
// What bin/powerlog has noted; the program proper looks closer, and says what is wrong.
const [, , , , ...open] = (process.env.POWERLOG_STARTED ?? '').split(' ');
const mayBeClosed = open.length > 0 && !open.includes('1');
if (asksForVersion && !mayBeClosed && printedVersion()) {
  // That was all.
} else if (existsSync(main)) {
  load().main(process.argv);
} else {
  console.error('powerlog is not built yet: run `npm ci && npm run build` in its folder');
  process.exitCode = 1;
}
