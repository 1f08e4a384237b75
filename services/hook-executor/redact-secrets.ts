import type { HookSecrets } from '../../shared/hook-secrets.ts';

/** Shorter values are too common in ordinary text to be looked for. */
const SHORTEST_REDACTED_LENGTH = 4;
/** A line of a secret that has several, such as a PEM file. */
const SHORTEST_REDACTED_LINE = 12;
/** How console output ends that was too long (the sandbox's bootstrap.js). */
const CUT = '… (cut)';

/**
 * Replaces the values of secrets in a text that leaves the sandbox for people to read: as they are, as JSON or `util.inspect` writes
 * them, percent-encoded, in base64; of one with several lines, each line; and the beginning of one that the text was cut within. What
 * a hook makes of a secret beyond that is not known here.
 */
export function redactSecrets(text: string, secrets: HookSecrets): string {
  const redacted = Object.entries(secrets)
    .flatMap(([name, value]) => spellings(value).map((spelling): [string, string] => [name, spelling]))
    .sort(([, a], [, b]) => b.length - a.length)
    .reduce((left, [name, spelling]) => left.replaceAll(spelling, `[secret ${name}]`), text);
  return redacted.endsWith(CUT) ? `${withoutCutSecret(redacted.slice(0, -CUT.length), secrets)}${CUT}` : redacted;
}

function spellings(value: string): string[] {
  if (value.length < SHORTEST_REDACTED_LENGTH) return [];
  const json = asJson(value);
  const bytes = Buffer.from(value);
  const lines = value.split(/\r?\n|\r/);
  return [
    ...new Set([
      value,
      json,
      // JSON within JSON, as of a body that is logged with what it is in.
      asJson(json),
      encodeURIComponent(isWellFormed(value) ? value : ''),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      ...(lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_REDACTED_LINE) : []),
    ]),
  ].filter((spelling) => spelling.length >= SHORTEST_REDACTED_LENGTH);
}

const asJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const isWellFormed = (text: string): boolean => !/[\ud800-\udfff]/u.test(text);

/** A text that ends within a secret, without what it has of it. */
function withoutCutSecret(text: string, secrets: HookSecrets): string {
  for (const [name, value] of Object.entries(secrets)) {
    for (const spelling of spellings(value)) {
      const at = text.lastIndexOf(spelling.slice(0, SHORTEST_REDACTED_LENGTH));
      if (at !== -1 && spelling.startsWith(text.slice(at))) return `${text.slice(0, at)}[secret ${name}]`;
    }
  }
  return text;
}

/** The same of a host, which URLs have in small letters. */
export function redactHost(host: string, secrets: Readonly<Record<string, string>>): string {
  const small = Object.entries(secrets).map(([name, value]) => [name, value.toLowerCase()] as const);
  return redactSecrets(redactSecrets(host, secrets), Object.fromEntries(small));
}
