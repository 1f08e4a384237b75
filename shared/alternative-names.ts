import { isIP } from 'node:net';

export type AlternativeNameType = 'dns' | 'uri' | 'ip' | 'email';

const TYPES: Readonly<Record<string, AlternativeNameType>> = {
  DNS: 'dns',
  URI: 'uri',
  'IP Address': 'ip',
  email: 'email',
};

/** One name as Node.js shows it: in quotes, as JSON, where it would be ambiguous otherwise. */
const NAME = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

/**
 * Names of a type in a certificate's subjectAltName (RFC 5280 §4.2.1.6).
 *
 * @param shown As Node.js shows it; `undefined` for a certificate that has none.
 */
export function alternativeNames(shown: string | undefined, wanted: AlternativeNameType): string[] {
  const names: string[] = [];
  if (shown === undefined) return names;
  NAME.lastIndex = 0;
  for (let end = 0; end < shown.length; end = NAME.lastIndex) {
    const [, type = '', value] = NAME.exec(shown) ?? [];
    // What cannot be read might hide what one is.
    if (value === undefined) return [];
    const name = value.startsWith('"') ? (JSON.parse(value) as string) : value;
    if (TYPES[type] === wanted) names.push(canonicalAlternativeName(wanted, name));
  }
  return names;
}

/** Names that are the same as the same text: those of DNS whatever their case, addresses of IPv6 in one of their ways to be written. */
export function canonicalAlternativeName(type: AlternativeNameType, name: string): string {
  if (type === 'dns') return name.toLowerCase();
  if (type === 'ip' && isIP(name) === 6) return new URL(`http://[${name}]/`).hostname.slice(1, -1);
  return name;
}
