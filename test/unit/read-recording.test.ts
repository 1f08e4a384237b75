import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRecording } from '../../services/management/recordings/read-recording.ts';
import { HookmintError } from '../../shared/errors.ts';
import type { Recording } from '../../shared/store/recordings.ts';

const recording = { id: 'r', client_id: 'c', audience: 'a' } as Recording;

describe('a recording', () => {
  const unreadable: [what: string, open: () => Promise<string>][] = [
    ['sealed for a key that is gone', () => Promise.reject(new HookmintError('recording_undecryptable', 'no key'))],
    ['of something else', () => Promise.resolve('{}')],
    ['of no JSON', () => Promise.resolve('{')],
    ['of nothing', () => Promise.resolve('null')],
  ];
  for (const [what, openRecording] of unreadable)
    it(`${what} is none, and no error: others are read all the same`, async () => {
      assert.equal(await readRecording(recording, { openRecording }), undefined);
    });
});
