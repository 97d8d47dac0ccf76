/*
 * The bytes of a capture, version 1; docs/capture-format.md is the same for other readers. All numbers are
 * little-endian.
 *
 *   preamble   magic 8 | version u16 | reserved u16 | header length u32 | header JSON | crc32 u32
 *   block      marker u32 | kind u16 | count u16 | base ns i64 | payload length u32 | payload | crc32 u32
 *
 * A checksum covers everything of its preamble or block that stands before it.
 */

/** A high byte, a line end of either kind and a control character: a text-mode transfer breaks it visibly. */
export const magic = Uint8Array.of(0x89, 0x50, 0x4c, 0x4f, 0x47, 0x0d, 0x0a, 0x1a);
export const formatVersion = 1;
/** Magic, version, reserved, header length. */
export const preambleBytes = 16;

/** `PLBk`: where to look for the next block when one is broken. */
export const blockMarker = Uint8Array.of(0x50, 0x4c, 0x42, 0x6b);
export const blockHeadBytes = 20;
export const checksumBytes = 4;

/** What a block holds. */
export const BlockKind = {
  /** Per frame u32 request instant after the base and u32 round trip, then the frames. */
  frames: 1,
  /** Per frame i64 request instant after the base and i64 round trip, then the frames: for a round trip that fits no u32 of nanoseconds (4.29 s). */
  wideFrames: 2,
  /** One event as JSON. */
  event: 3,
} as const;

/** The most that a payload or the header's JSON may measure; a larger length is damage. */
export const maxPayloadBytes = 4 << 20;
export const maxOffsetNs = 0xffff_ffff;

export const narrowInstantBytes = 8;
export const wideInstantBytes = 16;
