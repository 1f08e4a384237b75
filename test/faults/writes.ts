import assert from 'node:assert/strict';
import { openManagement, type Management } from '../support/management.ts';
import type { Stack } from '../support/stack.ts';
import { delay } from './load.ts';

/** Changes of the configuration while something is broken. */
export type Writes = {
  /** Asks for one change; resolves with its status and how long the answer took. */
  tryOne: () => Promise<{ status: number; tookMs: number }>;
  /** Asks until a change is made. */
  untilTaken: () => Promise<void>;
  /** Each change asked for from now on is refused with 503, in time; to be called while the store is away. */
  areRefused: () => Promise<void>;
};

const POLL_MS = 100;
const TRIES = 3;
/** A client of the Management API is not to wait longer to be told to come again. */
const MAX_REFUSAL_MS = 7_000;

export async function openWrites(stack: Stack, management?: Management): Promise<Writes> {
  const { call } = management ?? (await openManagement(stack));
  let number = 0;

  async function tryOne(): Promise<{ status: number; tookMs: number }> {
    const startedMs = performance.now();
    const body = { description: `change ${String(++number)}` };
    const { status } = await call('PATCH', `/clients/${stack.clientId}`, body);
    return { status, tookMs: performance.now() - startedMs };
  }

  return {
    tryOne,
    untilTaken: async () => {
      while ((await tryOne()).status !== 200) await delay(POLL_MS);
    },
    areRefused: async () => {
      for (let i = 0; i < TRIES; i++) {
        const { status, tookMs } = await tryOne();
        assert.equal(status, 503);
        assert.ok(tookMs < MAX_REFUSAL_MS, `a refusal took ${String(Math.round(tookMs))} ms`);
      }
    },
  };
}
