export type HookInput = { client: { id: string }; scope: string[]; audience: string };
export type HookOutput = Record<string, unknown> & { scope: string[] };

/** What the tutorial's hook does, as a plain function. */
export function tutorialHook(input: HookInput): HookOutput {
  return { 'https://foo.com/claim': 'bar', scope: [...input.scope, 'extra'] };
}
