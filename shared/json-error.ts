/**
 * Why a text is not JSON, without a piece of the text, which may be a secret.
 *
 * @param error As `JSON.parse` threw it; for any other error its message is used.
 */
export function jsonProblem(error: unknown): string {
  if (!(error instanceof SyntaxError)) return error instanceof Error ? error.message : String(error);
  const [position] = /line \d+ column \d+/.exec(error.message) ?? [];
  return position === undefined ? 'it is not JSON' : `it is not JSON from ${position} on`;
}
