import { HookBuildError, type HookBuildErrorCode, type SourceLocation } from '../errors.ts';

/** What a builder process answers, one line of JSON for each line that it is asked. */
export type Answer =
  | { result: unknown }
  | {
      failure: {
        code: HookBuildErrorCode;
        message: string;
        module?: string | undefined;
        location?: SourceLocation | undefined;
      };
    }
  | { fault: string };

/** Answers each line of the standard input, one after the other, until there are no more. */
export async function serveLines(
  lines: AsyncIterable<string>,
  answer: (request: unknown) => Promise<unknown>,
): Promise<void> {
  for await (const line of lines) {
    const said: Answer = await answer(JSON.parse(line)).then(
      (result) => ({ result }),
      (error: unknown) => failureOf(error),
    );
    await new Promise<void>((resolve) => process.stdout.write(`${JSON.stringify(said)}\n`, () => resolve()));
  }
}

function failureOf(error: unknown): Answer {
  if (!(error instanceof HookBuildError))
    return { fault: error instanceof Error ? (error.stack ?? '') : String(error) };
  const { code, bareMessage: message, module, location } = error;
  return { failure: { code, message, module, location } };
}
