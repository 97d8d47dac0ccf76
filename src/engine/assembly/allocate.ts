/** Memory is handed out once and never comes back: an engine is dropped whole. */
let next: usize = __heap_base;

const pageBits: usize = 16;
/** The memory grows by a megabyte at a time. */
const growthPages: usize = 16;

/** Zeroed bytes at a multiple of 8. */
export function allocate(bytes: usize): usize {
  const at = next;
  next = (at + bytes + 7) & ~7;
  const pages = (next + (1 << pageBits) - 1) >> pageBits;
  const has = <usize>memory.size();
  if (pages > has && memory.grow(<i32>max(pages - has, growthPages)) < 0) unreachable();
  return at;
}
