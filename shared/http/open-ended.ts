import type { ServerResponse } from 'node:http';

/** Answers that go on until their reader goes: newline-delimited JSON. */
export const LINES_TYPE = 'application/x-ndjson';

const openEnded = new Set<ServerResponse>();

/** Marks an answer that a stopping server must not wait for. */
export function markOpenEnded(response: ServerResponse): void {
  openEnded.add(response);
  response.once('close', () => openEnded.delete(response));
}

/** Breaks off all that {@link markOpenEnded} told of. */
export function breakOffOpenEnded(): void {
  for (const response of openEnded) response.destroy();
}
