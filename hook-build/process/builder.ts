import type { Socket } from 'node:net';
import { z } from 'zod';
import { processUsage } from '../../shared/process-wall/usage.ts';
import { errorOf, HookBuildError } from '../errors.ts';
import { MAX_ANSWER_BYTES, MAX_BUILDER_BYTES } from '../limits.ts';
import { ToldFailure } from '../told-failure.ts';
import {
  endBuilderProcess,
  noteStarted,
  startBuilderProcess,
  type BuilderProcess,
  type BuilderRights,
} from './start-builder-process.ts';

const MEMORY_INTERVAL_MS = 200;
const LAST_WORDS_LENGTH = 2_000;

const Answer = z.union([
  z.strictObject({ result: z.unknown() }),
  z.strictObject({ failure: ToldFailure }),
  z.strictObject({ fault: z.string() }),
]);

type Asked = { resolve: (line: string) => void; reject: (error: Error) => void };

/** A builder process, asked one thing at a time. What it answers is believed no more than a stranger is. */
export class Builder {
  readonly #child: BuilderProcess;
  #asked: Asked | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #lastWords = '';
  #over: HookBuildError | undefined;

  constructor(main: string, rights: BuilderRights) {
    const child = startBuilderProcess(main, rights);
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#hear(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-LAST_WORDS_LENGTH);
    });
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.#end(failed(error.message)));
    child.on('close', (code, signal) => this.#end(failed(`${String(signal ?? code)} ${this.#lastWords}`)));
    this.#keepsAlive(false);
  }

  /** Whether it can still be asked. */
  get lives(): boolean {
    return this.#over === undefined;
  }

  /**
   * @param schema Of the answer.
   * @throws {HookBuildError} What the process answered, or `build_timed_out`, `build_out_of_memory`, `build_failed`.
   */
  async ask<T>(request: unknown, schema: z.ZodType<T>, timeoutMs: number): Promise<T> {
    this.#keepsAlive(true);
    const timeout = setTimeout(() => this.#end(timedOut(timeoutMs)), timeoutMs);
    noteStarted(this.#child);
    const memory = setInterval(() => {
      noteStarted(this.#child);
      if ((processUsage(this.#child.pid ?? 0)?.residentBytes ?? 0) > MAX_BUILDER_BYTES) this.#end(outOfMemory());
    }, MEMORY_INTERVAL_MS);
    try {
      const line = await new Promise<string>((resolve, reject) => {
        if (this.#over !== undefined) throw this.#over;
        this.#asked = { resolve, reject };
        this.#child.stdin.write(`${JSON.stringify(request)}\n`);
      });
      return this.#read(line, schema);
    } finally {
      clearTimeout(timeout);
      clearInterval(memory);
      this.#keepsAlive(false);
    }
  }

  end(): void {
    this.#end(failed('it was ended'));
  }

  #read<T>(line: string, schema: z.ZodType<T>): T {
    const answer = Answer.safeParse(parseJson(line));
    if (!answer.success)
      throw this.#end(failed(`its answer is not one of a builder: ${line.slice(0, LAST_WORDS_LENGTH)}`));
    if ('fault' in answer.data) throw failed(answer.data.fault);
    if ('failure' in answer.data) throw errorOf(answer.data.failure);
    const result = schema.safeParse(answer.data.result);
    if (!result.success)
      throw this.#end(failed(`its answer is not one of a builder: ${line.slice(0, LAST_WORDS_LENGTH)}`));
    return result.data;
  }

  #hear(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#bytes > MAX_ANSWER_BYTES) this.#end(failed('its answer is too long for a builder'));
    if (chunk.at(-1) !== 0x0a) return;
    const asked = this.#asked;
    const line = Buffer.concat(this.#chunks).toString();
    this.#asked = undefined;
    this.#chunks = [];
    this.#bytes = 0;
    asked?.resolve(line);
  }

  #end(why: HookBuildError): HookBuildError {
    this.#over ??= why;
    endBuilderProcess(this.#child);
    this.#asked?.reject(this.#over);
    this.#asked = undefined;
    return this.#over;
  }

  /** An idle builder does not keep this process from ending. */
  #keepsAlive(yes: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    const handles = [this.#child, stdin as unknown as Socket, stdout as unknown as Socket, stderr as unknown as Socket];
    for (const handle of handles) {
      if (yes) handle.ref();
      else handle.unref();
    }
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function failed(why: string): HookBuildError {
  return new HookBuildError('build_failed', 'the build of the hook ended without a result', { cause: new Error(why) });
}

function timedOut(timeoutMs: number): HookBuildError {
  const message = `the build of the hook took longer than ${String(timeoutMs / 1_000)} s`;
  return new HookBuildError('build_timed_out', message);
}

function outOfMemory(): HookBuildError {
  const message = `the build of the hook took more than ${String(MAX_BUILDER_BYTES / 1024 / 1024)} MB of memory`;
  return new HookBuildError('build_out_of_memory', message);
}
