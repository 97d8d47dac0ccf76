// Bundles what bin/powerlog.js starts into lib: a file for the program and one for each thread, with the packages that are
// JavaScript alone. A module behind `await import(…)` lies in the same file, and is evaluated when it is wanted.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { copyFonts } from './fonts.build.js';

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const threads = readdirSync('src', { recursive: true }).filter((file) => file.endsWith('-worker.ts'));

/** A file beside the program, which reads it when it is wanted: too much text for each start. */
const apart = {
  name: 'apart',
  setup(build) {
    build.onResolve({ filter: /\/grafana\/grafana\.js$/ }, () => ({ path: './grafana.js', external: true }));
  },
};

rmSync('lib', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['cli/main.ts', 'grafana/grafana.ts', ...threads].map((file) => `src/${file}`),
  plugins: [apart],
  entryNames: '[name]',
  outdir: 'lib',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Without, esbuild takes packages' CommonJS, of which it can leave nothing out.
  mainFields: ['module', 'main'],
  // What has native parts is installed beside it.
  external: Object.keys(dependencies),
  // What MQTT.js brings for browsers, of which Node has its own.
  alias: { 'readable-stream': 'node:stream' },
  // Node's `import()` of these would start its loader of ES modules.
  supported: { 'dynamic-import': false },
  // V8 reads all of it at each start. Names stay, for those who read a stack; POWERLOG_DEBUG reads the map.
  minifyWhitespace: true,
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
});

// What runs in a browser: one text that a page carries in itself. Its package.json says that they are ES modules: esbuild takes an entry
// that exports nothing for CommonJS else, and puts all that it imports into functions, where constants are variables (8 % of a drawing).
const page = await build({
  entryPoints: { page: 'src/page/main.ts' },
  outdir: 'lib',
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  define: { 'Intl.NumberFormat': 'NumberFormat', 'Intl.DateTimeFormat': 'DateTimeFormat' },
  inject: ['src/page/plain-formats.ts'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
const style = await build({
  entryPoints: ['src/page/page.css'],
  outdir: 'lib',
  bundle: true,
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
const inputs = [
  ...[metafile, page.metafile, style.metafile].flatMap((each) => Object.keys(each.inputs)),
  ...copyFonts('lib/fonts'),
];

copyFileSync('src/package.json', 'lib/package.json');
for (const engine of ['engine.wasm', 'engine.plain.js'])
  copyFileSync(`dist/engine/${engine}`, `lib/${engine}`);
writeFileSync('lib/licenses.txt', licences([...new Set(inputs)]));
await compile(resolve('lib/main.js'));

/** The licence of every package that files came from, as it asks for. */
function licences(files) {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    if (!licence) throw new Error(`${name} has no licence to ship with the bundle`);
    return `${name} ${version}\n\n${readFileSync(`${folder}/${licence}`, 'utf8').trim()}\n`;
  });
  return `lib holds parts of these packages.\n\n${texts.join(`\n${'-'.repeat(78)}\n\n`)}`;
}

/**
 * Runs the program once, on a recording of a few frames, and keeps what V8 has made of its text by then, for the same Node
 * and bin/powerlog.js alone: to make it at each start costs more than all that the program does with such a recording.
 */
async function compile(main) {
  const program = new Script(Module.wrap(readFileSync(main, 'utf8')), { filename: main });
  const module = { exports: {} };
  program.runInThisContext()(module.exports, createRequire(main), module, main, dirname(main));
  const folder = mkdtempSync(join(tmpdir(), 'powerlog-build-'));
  const replay = ['replay', 'fixtures/synthetic.plog', '--quiet', '--out', join(folder, 'replayed.csv')];
  await module.exports.main(['node', 'powerlog', ...replay]);
  rmSync(folder, { recursive: true });
  const made = `${main}.${process.version}-${process.platform}-${process.arch}`;
  writeFileSync(made, program.createCachedData());
}
