/** The SHA-256 of a calibration as the board sent it, both in hex: what two boards' are told apart by. */
export async function calibrationDigest(reply: string): Promise<string> {
  const { createHash } = await import('node:crypto'); // few commands want it
  return createHash('sha256').update(Buffer.from(reply, 'hex')).digest('hex');
}
