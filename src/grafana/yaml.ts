export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

/** Lists and maps as YAML. Texts are quoted as in JSON, which is YAML too; Grafana would take `$` for a variable of its environment. */
export function yaml(value: YamlValue, indent = ''): string {
  if (typeof value === 'string') return JSON.stringify(value.replaceAll('$', '$$$$'));
  if (typeof value !== 'object') return String(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value))
    return value.map((item) => `\n${indent}- ${yaml(item, deeper).trimStart()}`).join('');
  return Object.entries(value)
    .map(([key, item]) => {
      const text = yaml(item, deeper);
      return `\n${indent}${key}:${text.startsWith('\n') ? text : ` ${text}`}`;
    })
    .join('');
}
