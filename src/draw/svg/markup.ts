import { printable } from '../../text.js';

/** Numbers are written with at most two decimals. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Anybody's text as text of XML: no markup, and none of the characters that XML forbids. */
export const xmlText = (text: string): string =>
  printable(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => named[character]!);

/** A number as short as it can be written. */
export const short = (value: number): string => String(Math.round(value * 100) / 100);

/** @param children markup, put in as it is */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : xmlText(value!)}"`)
    .join('');
  return children.length === 0 ? `<${name}${list}/>` : `<${name}${list}>${children.join('')}</${name}>`;
}

/** Markup of anybody's text. */
export const text = (content: string, attributes: Attributes): string =>
  element('text', attributes, xmlText(content));
