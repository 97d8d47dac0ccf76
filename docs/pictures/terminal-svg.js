// What a terminal shows, as SVG: every cell where it belongs, braille, blocks and boxes drawn, so that it looks the same wherever it is
// shown. Knows the colours and the bold and faint text that powerlog writes.
const cell = { width: 8.4, height: 17 };
const margin = 14;
const grounds = {
  dark: { ground: '#111418', ink: '#e8eaed' },
  light: { ground: '#ffffff', ink: '#1a1c20' },
};
/** The first 16 colours, of the terminal's own choice. */
const basic = ['#2e3436', '#cc4a4a', '#3fa56b', '#c4a000', '#5a8fd6', '#a565a5', '#2fa0a8', '#d3d7cf'];

/** @param text lines, with escape sequences for colours alone */
export function terminalSvg(text, title, theme = 'dark') {
  const { ground, ink } = grounds[theme];
  const lines = text.trimEnd().split('\n').map(cellsOf);
  const columns = Math.max(...lines.map((line) => line.reduce((sum, { wide }) => sum + wide, 0)));
  const [width, height] = [columns * cell.width + 2 * margin, lines.length * cell.height + 2 * margin];
  // Dots by how they look, one path each: there are thousands.
  const dotted = new Map();
  const drawn = lines.flatMap((line, row) => {
    let column = 0;
    return line.map(({ character, wide, style }) => {
      const [x, y] = [margin + column * cell.width, margin + row * cell.height];
      column += wide;
      const { colour = ink, faint, bold } = style;
      const code = character.codePointAt(0);
      if (code < 0x2800 || code > 0x28ff) return drawCell(character, x, y, { colour, faint, bold });
      const look = `stroke="${colour}"${faint ? ' opacity="0.5"' : ''}`;
      dotted.set(look, (dotted.get(look) ?? '') + dotsOf(code, x, y));
      return '';
    });
  });
  const paths = [...dotted].map(
    ([look, path]) => `<path d="${path}" ${look} stroke-width="2.9" stroke-linecap="round"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width.toFixed(0)}" height="${height.toFixed(0)}" viewBox="0 0 ${width.toFixed(1)} ${height.toFixed(1)}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.5" text-anchor="middle">
<title>${title}</title>
<rect width="100%" height="100%" rx="6" fill="${ground}"/>
${drawn.join('')}${paths.join('')}
</svg>
`;
}

const wide =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]$/u;

/** Characters with how they are to look. */
function cellsOf(line) {
  const cells = [];
  let style = {};
  for (const [, codes, character] of line.matchAll(/\p{Cc}\[([\d;]*)m|(.)/gsu)) {
    if (codes === undefined) cells.push({ character, wide: wide.test(character) ? 2 : 1, style });
    else style = styled(style, codes.split(';').map(Number));
  }
  return cells;
}

function styled(style, codes) {
  const [code, kind, ...values] = codes;
  const after = (count) => styled(now, codes.slice(count));
  let now = { ...style };
  if (code === undefined) return now;
  if (code === 38 && kind === 5) {
    now.colour = numbered(values[0]);
    return after(3);
  }
  if (code === 38 && kind === 2) {
    now.colour = `rgb(${values.slice(0, 3)})`;
    return after(5);
  }
  if (code === 0) now = {};
  else if (code === 1) now.bold = true;
  else if (code === 2) now.faint = true;
  else if (code === 22) now = { ...now, bold: false, faint: false };
  else if (code === 39) now.colour = undefined;
  else if (code >= 30 && code <= 37) now.colour = basic[code - 30];
  return after(1);
}

function numbered(n) {
  if (n < 16) return basic[n % 8];
  if (n >= 232) return `rgb(${Array(3).fill(8 + 10 * (n - 232))})`;
  const level = (digit) => [0, 95, 135, 175, 215, 255][digit];
  return `rgb(${[level(Math.floor((n - 16) / 36)), level(Math.floor((n - 16) / 6) % 6), level((n - 16) % 6)]})`;
}

const dots = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
/** Ends that a line has in a cell: left, right, up, down. */
const boxes = {
  '─': 'lr',
  '│': 'ud',
  '┤': 'lud',
  '├': 'rud',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
  '└': 'ru',
  '┘': 'lu',
  '┌': 'rd',
  '┐': 'ld',
};

const dotsOf = (code, x, y) =>
  dots
    .map((bit, n) => {
      const [cx, cy] = [x + cell.width * (0.25 + 0.5 * (n % 2)), y + cell.height * (0.125 + 0.25 * (n >> 1))];
      return code & bit ? `M${cx.toFixed(1)} ${cy.toFixed(1)}h0` : '';
    })
    .join('');

function drawCell(character, x, y, { colour, faint, bold }) {
  const paint = `fill="${colour}"${faint ? ' opacity="0.5"' : ''}`;
  const code = character.codePointAt(0);
  if (character === ' ') return '';
  if (code >= 0x2581 && code <= 0x2588) {
    const height = ((code - 0x2580) / 8) * cell.height;
    return `<rect x="${x.toFixed(1)}" y="${(y + cell.height - height).toFixed(1)}" width="${cell.width + 0.2}" height="${height.toFixed(1)}" ${paint}/>`;
  }
  const [middleX, middleY] = [x + cell.width / 2, y + cell.height / 2];
  if (character === '━')
    return `<rect x="${x.toFixed(1)}" y="${(middleY - 1.25).toFixed(1)}" width="${cell.width + 0.2}" height="2.5" ${paint}/>`;
  if (boxes[character]) {
    const ends = { l: `H${x}`, r: `H${x + cell.width}`, u: `V${y}`, d: `V${y + cell.height}` };
    const path = [...boxes[character]].map((end) => `M${middleX} ${middleY}${ends[end]}`).join('');
    return `<path d="${path}" stroke="${colour}"${faint ? ' opacity="0.5"' : ''}/>`;
  }
  const escaped = { '<': '&lt;', '>': '&gt;', '&': '&amp;' }[character] ?? character;
  return `<text x="${middleX.toFixed(1)}" y="${(y + 13).toFixed(1)}" ${paint}${bold ? ' font-weight="bold"' : ''}>${escaped}</text>`;
}
