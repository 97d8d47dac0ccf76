import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentElementId, type PageDocument } from '../draw/page-data.js';

/** What stands in a page beside its own script and style. */
interface PageContents {
  readonly document: PageDocument;
  /** Elements that the first picture is made of, in front of the script. */
  readonly first?: readonly string[];
  /** Elements that can come later, behind it. */
  readonly data?: readonly string[];
  /** What the page may connect to, as a content security policy says it; nothing where absent. */
  readonly connect?: string;
}

/** JSON that no HTML can end: `<` is only in strings, where JSON knows an escape for it. */
const embedded = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** What the build has put beside the program. */
const built = (file: string): string => readFileSync(join(__dirname, file), 'utf8');
const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What a page may load and run: nothing, but its own script and style. @param connect as `PageContents` has it */
export function pagePolicy(connect?: string): string {
  return [
    "default-src 'none'",
    `script-src ${sha256(built('page.js'))}`,
    `style-src ${sha256(built('page.css'))}`,
    'img-src data: blob:',
    ...(connect === undefined ? [] : [`connect-src ${connect}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Of a page that loads nothing, and runs no script but its own, all in front of the data that can come later. */
export function pageHead({ document, first = [], connect }: Omit<PageContents, 'data'>): string {
  const [script, style] = [built('page.js'), built('page.css')];
  const policy = pagePolicy(connect);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>powerlog</title>
<style>${style}</style>
</head>
<body>
<script type="application/json" id="${documentElementId}">${embedded(document)}</script>
${first.join('\n')}
<script>${script}</script>
`;
}

/** What stands behind those. */
export const pageEnd = '</body>\n</html>\n';

/** A page whole. */
export const pageShell = ({ data = [], ...head }: PageContents): string =>
  `${pageHead(head)}${data.map((element) => `${element}\n`).join('')}${pageEnd}`;
