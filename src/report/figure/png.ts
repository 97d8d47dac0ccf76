import { type Figure, pixelsOf } from '../../draw/svg/figure.js';
import { inPixels } from '../../draw/svg/svg.js';
import { errorText, outputError } from '../../errors.js';
import { crc32 } from '../../file/crc32.js';
import { fontFamily, fontFiles, foreignTo } from './fonts.js';

type Renderer = typeof import('@resvg/resvg-js');

/** Joiners and selectors of variants, that only matter to a font that has them. */
const invisible = /^[\p{Cf}\p{Mn}]$/u;

interface DrawnPng {
  readonly bytes: Buffer;
  /** Characters that no font has: they stand as `?`. */
  readonly undrawn: readonly string[];
}

/**
 * The pixels of a figure, with its resolution and its description.
 * @throws UserError (outputFailed) where the renderer has no build for this system
 */
export async function pngOf(figure: Figure, svg: string): Promise<DrawnPng> {
  const renderer = await loaded();
  const foreign = foreignTo(textsOf(svg));
  const undrawn = foreign.length === 0 ? [] : undrawable(renderer, foreign);
  const missing = new Set(undrawn);
  const shown = (character: string): string =>
    !missing.has(character) ? character : invisible.test(character) ? '' : '?';
  const drawn = svg.replace(
    /(<text[^>]*>)([^<]*)/g,
    (_, tag: string, content: string) => tag + Array.from(content, shown).join(''),
  );
  const image = new renderer.Resvg(inPixels(drawn, pixelsOf(figure)), options(foreign.length > 0)).render();
  const text = { Title: figure.name, Description: figure.description, Software: 'powerlog' };
  return {
    bytes: withChunks(image.asPng(), [resolution(figure.dpi), ...textChunks(text)]),
    undrawn: undrawn.filter((character) => !invisible.test(character)),
  };
}

async function loaded(): Promise<Renderer> {
  try {
    return await import('@resvg/resvg-js');
  } catch (error) {
    throw outputError(
      `PNG needs @resvg/resvg-js, which cannot be loaded on this system (${errorText(error).split('\n')[0]}); --svg draws the same figure without`,
      error,
    );
  }
}

/** Fonts of the system are only looked for where ours do not serve. */
const options = (loadSystemFonts: boolean) => ({
  font: { fontFiles: [...fontFiles], loadSystemFonts, defaultFontFamily: fontFamily },
  logLevel: 'off' as const,
});

const textsOf = (svg: string): string =>
  [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, content]) => content).join('');

const cellPx = 40;
const nowhere = '\u{10fffd}';

/** Which characters look like one that is in no font: the renderer does not tell. */
function undrawable({ Resvg }: Renderer, characters: readonly string[]): string[] {
  const cells = [nowhere, ...characters].map(
    (character, n) => `<text x="${cellPx * n + 8}" y="30" font-size="24">${character}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${cellPx * cells.length}" height="${cellPx}" font-family="${fontFamily}">${cells.join('')}</svg>`;
  const { pixels, width } = new Resvg(svg, options(true)).render();
  const cell = (n: number): Buffer =>
    Buffer.concat(
      Array.from({ length: cellPx }, (_, y) =>
        pixels.subarray(4 * (y * width + n * cellPx), 4 * (y * width + (n + 1) * cellPx)),
      ),
    );
  const none = cell(0);
  return characters.filter((_, n) => cell(n + 1).equals(none));
}

const inchesPerMetre = 39.3701;

/** pHYs: pixels a metre, both ways. */
function resolution(dpi: number): Buffer {
  const data = Buffer.alloc(9);
  const perMetre = Math.round(dpi * inchesPerMetre);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data[8] = 1;
  return chunk('pHYs', data);
}

/** tEXt, or iTXt where Latin-1 does not have a character. */
const textChunks = (texts: Readonly<Record<string, string>>): Buffer[] =>
  Object.entries(texts).map(([key, value]) =>
    /^[\n\x20-\x7e\xa0-\xff]*$/.test(value)
      ? chunk('tEXt', Buffer.from(`${key}\0${value}`, 'latin1'))
      : chunk('iTXt', Buffer.from(`${key}\0\0\0\0\0${value}`, 'utf8')),
  );

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
}

/** Signature and header take 33 bytes. */
const behindHeader = 33;
const withChunks = (png: Buffer, chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([png.subarray(0, behindHeader), ...chunks, png.subarray(behindHeader)]);
