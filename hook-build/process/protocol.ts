import { failureOf, HookBuildError, type BuildFailure } from '../errors.ts';

/** What a builder process answers, one line of JSON for each line that it is asked. */
export type Answer = { result: unknown } | { failure: BuildFailure } | { fault: string };

/** Answers each line of the standard input, one after the other, until there are no more. */
export async function serveLines(
  lines: AsyncIterable<string>,
  answer: (request: unknown) => Promise<unknown>,
): Promise<void> {
  for await (const line of lines) {
    const said: Answer = await answer(JSON.parse(line)).then(
      (result) => ({ result }),
      (error: unknown) => answerTo(error),
    );
    await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(said)}\n`, () => resolve()));
  }
}

function answerTo(error: unknown): Answer {
  if (error instanceof HookBuildError) return { failure: failureOf(error) };
  return { fault: error instanceof Error ? (error.stack ?? '') : String(error) };
}
