import { CallError } from './host-calls/call-error.ts';
import type { FromSandbox, ToSandbox } from './protocol.ts';
import type { z } from 'zod';

/** Calls of hooks that the executor answers: this process has no network. */
type Call = NonNullable<z.infer<typeof FromSandbox>['calls']>[number];
type Result = NonNullable<ToSandbox['results']>[number];

const waiting = new Map<number, { resolve: (json: string) => void; reject: (error: CallError) => void }>();
let outgoing: Call[] = [];
let lastCall = 0;

/** Adds a request to the next message; returns its response, or throws a {@link CallError}. */
export function callExecutor(run: number, kind: Call['kind'], request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = ++lastCall;
    waiting.set(call, { resolve, reject });
    outgoing.push({ run, call, kind, request });
  });
}

export function takeCalls(): Call[] {
  const calls = outgoing;
  outgoing = [];
  return calls;
}

export function settleCall({ call, ok, json }: Result): void {
  const entry = waiting.get(call);
  waiting.delete(call);
  if (ok) entry?.resolve(json);
  else {
    const { code, message, advice } = JSON.parse(json) as { code: string; message: string; advice?: string };
    entry?.reject(new CallError(code, message, { advice }));
  }
}
