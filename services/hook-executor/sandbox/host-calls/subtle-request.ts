import { CallError } from './call-error.ts';
import { MAX_DATA_BYTES } from './subtle-limits.ts';

const MAX_TEXT_LENGTH = 2_097_152;
const MAX_TEXTS = 16;

export type Json = Record<string, unknown>;

export function fail(code: string, message: string): never {
  throw new CallError(code, message);
}

export function recordOf(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('TypeError', 'malformed request');
  return value as Json;
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT_LENGTH) fail('TypeError', 'malformed request');
  return value;
}

export function textsOf(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > MAX_TEXTS) fail('TypeError', 'malformed request');
  return value.map(textOf);
}

export function booleanOf(value: unknown): boolean {
  return value === true;
}

/** Binary data: base64, or an object with it under `bytes`. */
export function base64Of(value: unknown): Buffer<ArrayBuffer> {
  const data = Buffer.from(textOf(typeof value === 'string' ? value : recordOf(value).bytes), 'base64');
  if (data.length > MAX_DATA_BYTES) fail('OperationError', `data is limited to ${MAX_DATA_BYTES} bytes`);
  return data;
}
