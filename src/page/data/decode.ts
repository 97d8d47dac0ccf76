declare global {
  interface Uint8ArrayConstructor {
    /** In browsers since 2025. */
    fromBase64?(text: string): Uint8Array<ArrayBuffer>;
  }
}

/** The bytes that an element of the page holds as base64 of a raw deflate stream. @throws Error where it is cut off */
export async function inflatedText(element: Element): Promise<Uint8Array> {
  const { writable, readable } = new DecompressionStream('deflate-raw');
  const writer = writable.getWriter();
  // What is wrong with them is thrown where they are read.
  writer.write(fromBase64(element.textContent ?? '')).catch(() => {});
  writer.close().catch(() => {});
  return allOf(readable);
}

/** By its chunks: a Response or a Blob would wait for other processes, and the first picture with them. */
async function allOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); next.value; next = await reader.read()) {
    chunks.push(next.value);
    length += next.value.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text.trim());
  const bytes = new Uint8Array(characters.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = characters.charCodeAt(n);
  return bytes;
}
