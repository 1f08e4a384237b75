import { excessOf, SUSPICIOUS } from '../../../shared/hook-result/text-bounds.ts';
import { WebhookError, type WebhookAnswer } from './webhook.ts';

/** Levels of an answer; claims of a token that are nested deeper are read by nobody. */
const MAX_NESTING = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of an answer, with its numbers as they are written: whoever reads the result must be able to tell that one is not carried.
 *
 * @throws {WebhookError}
 */
export function answerJson({ body }: WebhookAnswer): unknown {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new WebhookError('the answer is not UTF-8');
  }
  const excess = excessOf(text, MAX_NESTING);
  if (excess !== undefined) throw new WebhookError(`the answer has ${EXCESS[excess]}`);
  try {
    return JSON.parse(text, SUSPICIOUS.test(text) ? numberAsWritten : undefined);
  } catch {
    // What V8 says of it quotes it.
    throw new WebhookError('the answer is not JSON');
  }
}

const EXCESS = { 'nested too deeply': `more than ${String(MAX_NESTING)} levels`, 'too many values': 'too many values' };

const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON: (text: string) => unknown;
  isRawJSON: (value: unknown) => boolean;
};

function numberAsWritten(_name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJSON(value);

export const isNumber = (value: unknown): boolean => typeof value === 'number' || isRawJSON(value);

export const isText = (value: unknown): value is string => typeof value === 'string';

export const areTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
