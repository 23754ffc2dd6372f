// CRC-64/ISO the usual way, a byte and a table look-up at a time: what the kernel's fold is weighed against.
// The low and the high half of a remainder are kept apart, because numbers of JavaScript hold no 64 bits.
const LOW = new Int32Array(256);
const HIGH = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    // x^64 + x^4 + x^3 + x + 1, reflected: its whole weight lies in the top byte.
    if (odd) high ^= 0xd8000000;
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}

/** Over all `pieces`, as 16 hex digits. */
export function byteTableCrc64(pieces) {
  let low = -1;
  let high = -1;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at++) {
      const index = (low ^ piece[at]) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[index];
      high = (high >>> 8) ^ HIGH[index];
    }
  }
  const sum = Buffer.alloc(8);
  sum.writeInt32BE(~high, 0);
  sum.writeInt32BE(~low, 4);
  return sum.toString('hex');
}
