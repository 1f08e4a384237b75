import type { IncomingMessage } from 'node:http';
import { OAuthError } from '../../../shared/oauth-error.ts';

/** UTF-8 if nothing is said (RFC 8259 §8.1; the form's own default too). */
const PLAIN_TYPE = /^\s*[^\s;]+\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const LENGTH = /^\d{1,9}$/;

/** With replacements for what is no UTF-8, and without a byte order mark. */
const utf8 = new TextDecoder();

const NOT_ALL = new OAuthError(400, 'invalid_request', 'The request body did not arrive');

/**
 * Whether a body is as nearly all are: as it is, in UTF-8, and of a length that its head tells, within the limit. Node lets no more of it
 * through than that.
 */
export function isPlainBody({ headers }: IncomingMessage, maxBytes: number): boolean {
  const { 'content-length': length, 'content-encoding': encoding, 'content-type': type } = headers;
  return (
    encoding === undefined &&
    length !== undefined &&
    LENGTH.test(length) &&
    Number(length) <= maxBytes &&
    PLAIN_TYPE.test(type ?? '')
  );
}

/**
 * The text of a body of which {@link isPlainBody} holds.
 *
 * @param late Thrown when it has not arrived by then.
 */
export function readPlainBody(request: IncomingMessage, timeoutMs: number, late: Error): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => reject(late), timeoutMs);
    const leave = (): void => {
      clearTimeout(timer);
      reject(NOT_ALL);
    };
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .once('end', () => {
        clearTimeout(timer);
        resolve(utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
      })
      .once('error', leave)
      // Whoever sent it left; once it has all arrived this says nothing.
      .once('close', leave);
  });
}
