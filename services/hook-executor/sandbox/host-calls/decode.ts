import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { CallError } from './call-error.ts';
import { parseCall } from './parse-call.ts';

/** Largest body once decoded, bytes. */
const MAX_DECODED_BYTES = 8_388_608;
/** Encodings one over the other. */
const MAX_CODINGS = 3;

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
const options = { maxOutputLength: MAX_DECODED_BYTES };
const DECODERS: Record<string, Decoder> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  // RFC 9110 section 8.4.1.2: some send the data without the zlib wrapper.
  deflate: async (body, limits) => {
    const wrapped = body.length > 1 && ((body[0] ?? 0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
    return await promisify<Buffer, typeof options, Buffer>(wrapped ? inflate : inflateRaw)(body, limits);
  },
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * Undoes a response's content encoding: call kind 'decode'.
 *
 * @param json `{ encoding, body }` with the Content-Encoding and the body in base64; gives `{ body }`.
 * @throws {CallError}
 */
export async function runDecode(json: string): Promise<string> {
  const { encoding, body } = parseCall(json) as Record<string, unknown>;
  if (typeof encoding !== 'string' || typeof body !== 'string') throw new CallError('TypeError', 'malformed request');
  const codings = encoding
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) throw new CallError('EGRESS_FAILED', 'too many content encodings');
  let bytes = Buffer.from(body, 'base64');
  for (const coding of codings.reverse()) {
    // Unknown encodings are left for the hook to decode.
    const decoder = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
    if (decoder === undefined) break;
    try {
      bytes = Buffer.from(await decoder(bytes, options));
    } catch (error) {
      const tooLarge = error instanceof RangeError;
      throw new CallError(
        tooLarge ? 'EGRESS_RESPONSE_TOO_LARGE' : 'EGRESS_FAILED',
        tooLarge
          ? `a decoded response is limited to ${MAX_DECODED_BYTES} bytes`
          : `the response is not valid ${coding}`,
        { cause: error },
      );
    }
  }
  return JSON.stringify({ body: bytes.toString('base64') });
}
