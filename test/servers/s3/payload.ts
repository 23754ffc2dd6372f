import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Failure } from './failure';

/** Reads a body of at most `maxBytes`; more is read and dropped, so that the client hears the refusal. */
export async function readPayload(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > maxBytes) {
    throw new S3Failure(507, 'InsufficientStorage', `This server keeps ${maxBytes} bytes at most`);
  }
  return Buffer.concat(chunks);
}

/** The bytes meant: without the framing of `aws-chunked`, and what their checksums say they are. */
export function checkedPayload(raw: Buffer, headers: IncomingHttpHeaders): Buffer {
  const sha256 = headers['x-amz-content-sha256'];
  const framed = typeof sha256 === 'string' && sha256.startsWith('STREAMING-');
  const { body, trailers } = framed ? unframed(raw) : { body: raw, trailers: {} };
  const announced = headers['x-amz-decoded-content-length'];
  if (framed && Number(announced) !== body.byteLength) {
    throw new S3Failure(400, 'IncompleteBody', 'The body has not the announced length');
  }
  if (!framed && sha256 !== undefined && sha256 !== 'UNSIGNED-PAYLOAD') {
    if (sha256 !== digest('sha256', body, 'hex')) {
      throw new S3Failure(400, 'XAmzContentSHA256Mismatch', 'The body is not what was signed');
    }
  }
  const crc = trailers['x-amz-checksum-crc32'] ?? headers['x-amz-checksum-crc32'];
  const md5 = headers['content-md5'];
  const wrong =
    (crc !== undefined && crc !== crc32Text(body)) ||
    (md5 !== undefined && md5 !== digest('md5', body, 'base64'));
  if (wrong) throw new S3Failure(400, 'BadDigest', 'The body is not what its checksum says');
  return body;
}

/** DeleteObjects is refused without a checksum of its body. */
export function hasChecksum(headers: IncomingHttpHeaders): boolean {
  return (
    headers['content-md5'] !== undefined ||
    Object.keys(headers).some((name) => name.startsWith('x-amz-checksum-'))
  );
}

/** Chunks `<hex length>[;chunk-signature=...]\r\n<bytes>\r\n`, then trailers. Signatures of chunks are not looked at. */
function unframed(raw: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf('\r\n', at);
    const length = lineEnd < 0 ? Number.NaN : parseInt(raw.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + 2;
    if (!(length >= 0) || start + length > raw.byteLength) {
      throw new S3Failure(400, 'IncompleteBody', 'The body ends within a chunk');
    }
    if (length === 0) return { body: Buffer.concat(chunks), trailers: trailersOf(raw, start) };
    chunks.push(raw.subarray(start, start + length));
    at = start + length + 2;
  }
}

function trailersOf(raw: Buffer, at: number): Record<string, string> {
  const lines = raw.toString('latin1', at).split(/\r?\n/);
  const pairs = lines
    .map((line) => /^([\w-]+):\s*(.*)$/.exec(line))
    .filter((pair) => pair !== null);
  return Object.fromEntries(pairs.map(([, name, value]) => [name!.toLowerCase(), value!]));
}

function crc32Text(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

function digest(algorithm: string, body: Buffer, encoding: 'hex' | 'base64'): string {
  return createHash(algorithm).update(body).digest(encoding);
}
