declare global {
  interface Uint8ArrayConstructor {
    /** In browsers since 2025. */
    fromBase64?(text: string): Uint8Array<ArrayBuffer>;
  }
}

/** The bytes that an element of the page holds as base64 of a raw deflate stream. @throws Error where it is cut off */
export async function inflatedText(element: Element): Promise<Uint8Array> {
  const packed = fromBase64(element.textContent ?? '');
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text.trim());
  const bytes = new Uint8Array(characters.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = characters.charCodeAt(n);
  return bytes;
}
