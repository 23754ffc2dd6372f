import * as fc from 'fast-check';
import { Crc64 } from './crc64';

/** The definition, bit by bit: reflected polynomial 0xd800000000000000, inverted before and after. */
function bitwise(bytes: Uint8Array): string {
  let crc = 0xffff_ffff_ffff_ffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 1n ? (crc >> 1n) ^ 0xd800_0000_0000_0000n : crc >> 1n;
  }
  return (crc ^ 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
}

describe('CRC-64/ISO', () => {
  it('gives the published check value', () => {
    expect(new Crc64().update(Buffer.from('123456789')).digest()).toBe('b90956c775a41001');
  });

  it('agrees with the definition, however the bytes are cut', () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const whole = Buffer.concat([a, b]);
        const sum = new Crc64().update(a).update(b).digest();
        expect(sum).toBe(bitwise(whole));
        expect(new Crc64().update(whole).digest()).toBe(sum);
      }),
    );
  });

  it('takes more bytes than the kernel holds at once', () => {
    const bytes = Buffer.from('persistence'.repeat(20_000));
    const sum = new Crc64();
    for (let at = 0; at < bytes.length; at += 50)
      sum.update(bytes, at, Math.min(bytes.length, at + 50));
    expect(new Crc64().update(bytes).digest()).toBe(sum.digest());
  });
});
