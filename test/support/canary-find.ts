import { CANARY_MARK } from './canary.ts';

/** A secret that is known by its value. */
export type KnownSecret = { kind: string; value: string };

/** Where a secret stands: what kind it is of, the line from 1, and a part of the line without any secret. */
export type ShownSecret = { kind: string; line: number; around: string };

/** Too short a value is found by accident. */
const SHORTEST_KNOWN_LENGTH = 16;
const AROUND_CHARS = 160;

/** What is a secret whatever its value. */
const SHAPES: [kind: string, shape: RegExp][] = [
  // The marks of the canaries first: they say what they are.
  ['canary', new RegExp(`${CANARY_MARK.replace('.', '\\.')}[\\w-]+\\.[\\w-]{32}`, 'g')],
  ['access token or client assertion', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{40,}/g],
  ['encrypted key or secrets (JWE)', /\beyJ[\w-]{10,}\.[\w-]*\.[\w-]{16}\.[\w-]{10,}\.[\w-]{22}(?![\w-])/g],
  ['private key (PEM)', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/g],
  ['private key (JWK)', /\\?"(?:d|dp|dq|qi)\\?"\s*:\s*\\?"[\w-]{20,}/g],
  ['seed of a NATS user', /\bS[UAON][A-Z2-7]{56}\b/g],
  ['password in a URL', /\b(?:mongodb|mongodb\+srv|nats|tls):\/\/[^\s/:@"'<>]+:(?!\*+@|<|\$)[^\s/@"'<>]+@/g],
  ['Authorization header', /\b(?:Basic|Bearer) (?=[\w+/.~-]*[A-Z])(?=[\w+/.~-]*\d)[\w+/.~-]{20,}/g],
  // As this project makes them: 48 random bytes.
  ['client secret', /(?<![\w/+-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{64}(?![\w/+=-])/g],
];

/** Every secret that a text shows: the known ones, as they are or in the encodings that logs use, and all that has a secret's shape. */
export function findSecrets(text: string, known: readonly KnownSecret[]): ShownSecret[] {
  const spelled = known
    .filter(({ value }) => value.length >= SHORTEST_KNOWN_LENGTH)
    .flatMap(({ kind, value }) => spellings(value).map((spelling) => ({ kind, spelling })));
  const found: { kind: string; at: number }[] = [];
  for (const { kind, spelling } of spelled) {
    const at = text.indexOf(spelling);
    if (at !== -1) found.push({ kind, at });
  }
  for (const [kind, shape] of SHAPES) {
    for (const match of text.matchAll(shape)) found.push({ kind: nameOf(kind, match[0]), at: match.index });
  }
  const masked = (line: string): string => {
    const withoutKnown = spelled.reduce((left, { kind, spelling }) => left.replaceAll(spelling, `[${kind}]`), line);
    return SHAPES.reduce(
      (left, [kind, shape]) => left.replace(shape, (secret) => `[${nameOf(kind, secret)}]`),
      withoutKnown,
    );
  };
  return found.map(({ kind, at }) => {
    const end = text.indexOf('\n', at);
    const line = masked(text.slice(text.lastIndexOf('\n', at - 1) + 1, end === -1 ? text.length : end));
    const shownAt = Math.max(0, line.indexOf(`[${kind}]`));
    const around = line.slice(Math.max(0, shownAt - AROUND_CHARS), shownAt + AROUND_CHARS);
    return { kind, line: text.slice(0, at).split('\n').length, around };
  });
}

/** A canary says itself what it is. */
function nameOf(kind: string, secret: string): string {
  return kind === 'canary' ? secret.slice(CANARY_MARK.length).replace(/\..*$/, '') : kind;
}

/** As it is, in base64, in hex, and as the log writes a Buffer; a key also by the bytes that it stands for. */
function spellings(value: string): string[] {
  const bytes = [Buffer.from(value), ...(/^[\w-]{43}$/.test(value) ? [Buffer.from(value, 'base64url')] : [])];
  const whole = (buffer: Buffer): Buffer => buffer.subarray(0, buffer.length - (buffer.length % 3));
  return [
    value,
    ...bytes.flatMap((buffer) => [
      whole(buffer).toString('base64'),
      whole(buffer).toString('base64url'),
      buffer.toString('hex'),
      buffer.join(','),
    ]),
  ].filter((spelling, index, all) => all.indexOf(spelling) === index);
}
