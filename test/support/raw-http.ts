import { connect } from 'node:net';

export type RawAnswer = { status: number; headers: Record<string, string>; body: string };

/**
 * Writes bytes to the server as they are and reads the first answer, for requests that no HTTP library would send.
 *
 * @param url Of the server.
 * @returns `undefined` when the server closed the connection without a word.
 */
export function sendRaw(url: string, bytes: string | Buffer, timeoutMs = 30_000): Promise<RawAnswer | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parseAnswer(Buffer.concat(chunks).toString('utf8')));
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no whole answer within ${String(timeoutMs)} ms: ${Buffer.concat(chunks).toString('utf8')}`));
    }, timeoutMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (isComplete(Buffer.concat(chunks).toString('utf8'))) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.write(bytes);
  });
}

/** An HTTP/1.1 POST to the token endpoint, to be bent by the caller. */
export function rawPost(headers: readonly string[], body = ''): string {
  return ['POST /oauth/token HTTP/1.1', 'Host: localhost', 'Connection: close', ...headers, '', body].join('\r\n');
}

function isComplete(text: string): boolean {
  const answer = parseAnswer(text);
  const length = answer?.headers['content-length'];
  return answer !== undefined && length !== undefined && Buffer.byteLength(answer.body) >= Number(length);
}

function parseAnswer(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine, ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine ?? '')?.[1];
  if (status === undefined) return undefined;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(status), headers: Object.fromEntries(headers), body: text.slice(end + 4) };
}
