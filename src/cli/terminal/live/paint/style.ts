import { terminalColour } from '../../../../draw/cells.js';
import { inks, rgbOf, type Theme } from '../../../../draw/colours.js';

/** How many bits of colour a terminal shows. */
type ColourDepth = 0 | 4 | 8 | 24;

type Environment = Readonly<Record<string, string | undefined>>;

export function colourDepthOf({ NO_COLOR, TERM = '', COLORTERM = '' }: Environment): ColourDepth {
  if (NO_COLOR) return 0;
  if (/^(?:truecolor|24bit)$/i.test(COLORTERM) || /-direct\b/.test(TERM)) return 24;
  return /256/.test(TERM) ? 8 : 4;
}

/** Dark, unless the terminal says that its ground is light (`COLORFGBG` of rxvt, Konsole and others). */
export function themeOf({ COLORFGBG = '' }: Environment): Theme {
  const ground = Number(/;(\d+)$/.exec(COLORFGBG)?.[1] ?? 0);
  return ground === 7 || ground >= 9 ? 'light' : 'dark';
}

const sequence = (on: string, off: string) => (text: string) =>
  text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;

/** What text looks like on this terminal. */
export class Style {
  readonly theme: Theme;
  readonly hasColours: boolean;
  readonly #depth: ColourDepth;
  /** What switches a colour on. */
  readonly #sequences = new Map<string, string>();

  constructor(depth: ColourDepth, theme: Theme) {
    this.#depth = depth;
    this.hasColours = depth > 0;
    this.theme = theme;
  }

  readonly bold = sequence('1', '22');
  readonly reverse = sequence('7', '27');

  faint(text: string): string {
    return this.hasColours ? this.colour(text, inks[this.theme].faint) : text;
  }

  alarm(text: string): string {
    return sequence(this.hasColours ? '1;97;41' : '1;7', '0')(text);
  }

  warning(text: string): string {
    return this.hasColours ? sequence('33', '39')(text) : this.bold(text);
  }

  /** @param colour `#rrggbb`; the terminal's own where that is the theme's ink, which stands on any ground */
  readonly colour = (text: string, colour: string): string => {
    if (!this.hasColours || text === '' || colour === inks[this.theme].ink) return text;
    let on = this.#sequences.get(colour);
    if (on === undefined) {
      on = `\u001b[${this.#code(colour)}m`;
      this.#sequences.set(colour, on);
    }
    return `${on}${text}\u001b[39m`;
  };

  #code(colour: string): string {
    if (this.#depth === 24) return `38;2;${rgbOf(colour).join(';')}`;
    return this.#depth === 8 ? `38;5;${terminalColour(colour)}` : String(basicColour(rgbOf(colour)));
  }
}

/** Hues up to which a colour is taken for one of the terminal's, degrees: orange is yellow, for red is an alarm's. */
const hues: readonly (readonly [upTo: number, code: number])[] = [
  [20, 31],
  [75, 33],
  [175, 32],
  [190, 36],
  [265, 34],
  [345, 35],
  [360, 31],
];
const bright = 60;

/** The code of one of the 16 colours. */
function basicColour(rgb: readonly number[]): number {
  const [most, least] = [Math.max(...rgb), Math.min(...rgb)];
  const isBright = most >= 160;
  if (most - least < 40) return most >= 200 ? 37 : 90;
  const [r, g, b] = rgb as [number, number, number];
  const sixth =
    most === r
      ? (g - b) / (most - least)
      : most === g
        ? 2 + (b - r) / (most - least)
        : 4 + (r - g) / (most - least);
  const hue = (60 * sixth + 360) % 360;
  return hues.find(([upTo]) => hue <= upTo)![1] + (isBright ? bright : 0);
}
