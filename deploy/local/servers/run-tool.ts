import { execFile } from 'node:child_process';
import { systemCode } from './errors.ts';

export interface ToolResult {
  ok: boolean;
  /** The tool is not there, or cannot be run by this system. */
  notFound: boolean;
  stdout: string;
  stderr: string;
}

export interface ToolOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs: number;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs a short-lived program to its end. Never throws: a failure is a result. */
export function runTool(tool: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  const { timeoutMs, ...rest } = options;
  return new Promise((resolve) => {
    const execOptions = { ...rest, timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, windowsHide: true };
    execFile(tool, args, { ...execOptions, encoding: 'utf8' }, (error, stdout, stderr) => {
      const notFound = systemCode(error) === 'ENOENT';
      const ended = error?.signal ? `ended by ${error.signal}` : (error?.message ?? '');
      resolve({ ok: error === null, notFound, stdout, stderr: stderr.trim() || ended });
    });
  });
}
