import { CompactEncrypt, compactDecrypt } from 'jose';
import { z } from 'zod';

/** In the place of a hook's id, of which secrets are sealed with the same key. */
const KEY_ID = 'rehearsal answers';

/** What answered one request of a hook, by a hash of that request: the response, or why there was none. */
export const RecordedAnswer = z.object({
  key: z.string().max(64),
  response: z
    .object({
      status: z.int(),
      status_text: z.string(),
      headers: z.array(z.tuple([z.string(), z.string()])),
      body: z.string(),
    })
    .optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type RecordedAnswer = z.infer<typeof RecordedAnswer>;

/** Of one run, and of what another run is told, as JSON. */
export const MAX_ANSWERS_BYTES = 131_072;
/** The same sealed, in base64. */
export const MAX_SEALED_ANSWERS_LENGTH = 262_144;

export const bytesOfAnswer = (answer: RecordedAnswer): number => Buffer.byteLength(JSON.stringify(answer));

/** They may be tokens of somebody else's: between hook-executor and management nobody reads them. */
export async function sealAnswers(answers: readonly RecordedAnswer[], key: Buffer): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(answers)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: KEY_ID })
    .encrypt(key);
}

/** @throws {Error} for what was sealed with another key, or for another use. */
export async function openAnswers(sealed: string, key: Buffer): Promise<RecordedAnswer[]> {
  const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  if (protectedHeader.kid !== KEY_ID) throw new Error('these are no answers of a rehearsal');
  return z.array(RecordedAnswer).parse(JSON.parse(new TextDecoder().decode(plaintext)));
}
