import type { CustomFetch } from 'openid-client';

/** Metadata, key sets and tokens are far below. */
const MAX_ANSWER_BYTES = 1_048_576;

/** Nothing whole came from the provider. */
export class ProviderAway extends Error {
  override readonly name = 'ProviderAway';
}

/** Requests to the provider: their answers are read to the end, within a bound. Time and redirects are bounded by the client. */
export const providerFetch: CustomFetch = async (url, { body, ...options }) => {
  try {
    const answer = await fetch(url, { ...options, body: body ?? null });
    const read = await readWithin(answer.body ?? [], MAX_ANSWER_BYTES);
    return new Response(read.length === 0 ? null : read, { status: answer.status, headers: answer.headers });
  } catch (error) {
    throw new ProviderAway(`the provider does not answer at ${new URL(url).origin}`, { cause: error });
  }
};

async function readWithin(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maxBytes: number) {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`an answer is limited to ${String(maxBytes)} bytes`);
    read.push(chunk);
  }
  return Buffer.concat(read);
}
