/** Of a stream of lines, the first that is not empty: empty ones are signs of life. */
export async function firstLine(response: Response): Promise<string> {
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    if (text.trim() !== '') return text.trim();
  }
  throw new Error('the stream ended');
}
