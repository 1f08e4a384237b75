/** Attribute types by the names that RFC 4514 §3 and OpenSSL have for them; each is compared by its OID. */
const OIDS: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  S: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  BUSINESSCATEGORY: '2.5.4.15',
  POSTALCODE: '2.5.4.17',
  NAME: '2.5.4.41',
  GN: '2.5.4.42',
  DNQUALIFIER: '2.5.4.46',
  ORGANIZATIONIDENTIFIER: '2.5.4.97',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
  JURISDICTIONC: '1.3.6.1.4.1.311.60.2.1.3',
  JURISDICTIONST: '1.3.6.1.4.1.311.60.2.1.2',
  JURISDICTIONL: '1.3.6.1.4.1.311.60.2.1.1',
};

/** The most attributes of a name that is read. */
const MAX_ATTRIBUTES = 50;

const TYPE = /^(?:[A-Za-z][A-Za-z0-9-]*|(?:[0-9]+\.)+[0-9]+)$/;
/** A character as it is, or escaped by itself or as the two digits of a byte (RFC 4514 §3). */
const VALUE_PART = /\\(?:([0-9A-Fa-f]{2})|([ "#+,;<=>\\]))|([^\\"+,;<>\0\n])/uy;

/**
 * A distinguished name such that two that are the same are the same text, and no others: types are OIDs, relative names in the order of the certificate.
 *
 * @param text By RFC 4514, the last part first, `CN=billing,O=Acme`; or a line for each in the order of the certificate, as OpenSSL and Node.js show it.
 * @returns `undefined` for what is no such name; of a type that is not known by name its OID must be there.
 */
export function canonicalName(text: string): string | undefined {
  const isInLines = text.includes('\n');
  const parts = isInLines ? text.split('\n') : splitUnescaped(text, ',').map((part) => part.replace(/^ +/, ''));
  const names = parts.map(relativeName);
  if (names.some((name) => name === undefined) || names.flat().length > MAX_ATTRIBUTES) return undefined;
  return JSON.stringify(isInLines ? names : names.reverse());
}

/** A name in lines, as Node.js shows the subject of a certificate, as RFC 4514 has it. */
export function inOneLine(lines: string): string {
  return lines
    .split('\n')
    .reverse()
    .map((line) => line.replaceAll(' + ', '+'))
    .join(',');
}

/** The attributes of one relative name, in an order of its own: RFC 5280 §4.1.2.4 has them as a set. */
function relativeName(part: string): [string, string][] | undefined {
  const attributes = splitUnescaped(part, '+').map((one) => attributeOf(one.trimStart()));
  if (!attributes.every((attribute) => attribute !== undefined)) return undefined;
  return attributes.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function attributeOf(text: string): [string, string] | undefined {
  const [type = '', ...rest] = text.split('=');
  if (!TYPE.test(type) || rest.length === 0) return undefined;
  const oid = /^\d/.test(type) ? type : OIDS[type.toUpperCase()];
  const value = valueOf(rest.join('='));
  return oid === undefined || value === undefined || value === '' ? undefined : [oid, value];
}

function valueOf(text: string): string | undefined {
  // The hexadecimal form of an encoding that has no text.
  if (text.startsWith('#')) return undefined;
  const bytes: Buffer[] = [];
  VALUE_PART.lastIndex = 0;
  let end = 0;
  for (const bare = withoutSpaceAtEnd(text); end < bare.length; end = VALUE_PART.lastIndex) {
    const [, hex, escaped, plain] = VALUE_PART.exec(bare) ?? [];
    if (hex === undefined && escaped === undefined && plain === undefined) return undefined;
    bytes.push(hex === undefined ? Buffer.from(escaped ?? plain ?? '') : Buffer.from(hex, 'hex'));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch {
    return undefined;
  }
}

/** Of the spaces at the end only one that is escaped counts. */
function withoutSpaceAtEnd(text: string): string {
  const bare = text.trimEnd();
  const escapes = /\\*$/.exec(bare)?.[0].length ?? 0;
  return escapes % 2 === 1 && bare.length < text.length ? `${bare} ` : bare;
}

function splitUnescaped(text: string, separator: ',' | '+'): string[] {
  const parts: string[] = [];
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') at++;
    if (character !== separator) continue;
    parts.push(text.slice(begin, at));
    begin = at + 1;
  }
  return [...parts, text.slice(begin)];
}
