import fc, { type Arbitrary } from 'fast-check';

/** Contract §4, word for word, and the names that the merge rules add. */
export const RESERVED_NAMES =
  `acr act active amr at_hash ath attest aud auth_time authorization_details azp c_hash client_id cnf cty dest entitlements
  events exp groups gty htm htu iat internalService iss jcard jku jti jwe jwk kid may_act mky nbf nonce object_id org_id
  org_name orig origid permissions roles rph s_hash sid sip_callid sip_cseq_num sip_date sip_from_tag sip_via_branch sub
  sub_jwk toe txn typ uuid vot vtm x5t#S256 __proto__ constructor prototype`.split(/\s+/);

const hosts = fc.oneof(
  fc.constantFrom('foo.com', 'localhost', '192.0.2.1', '[2001:db8::1]', 'notauth0.com', 'auth0.com.evil.example'),
  fc
    .tuple(
      fc.constantFrom('', 'tenant.', 'a.b.eu.', 'user:pass@', 'evil.example@'),
      fc.constantFrom(
        'auth0.com',
        'AUTH0.com',
        'webtask.io',
        'webtask.run',
        '%61uth0.com',
        '\uff41uth0.com',
        'au\tth0.com',
      ),
      fc.constantFrom('', '.', '..', ':8443', ':99999'),
    )
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 12 }),
);

const urls = fc
  .tuple(
    fc.constantFrom('', '', '', ' ', '\n', '\u0000'),
    fc.constantFrom('https', 'http', 'HTTPS', 'hTTp', 'ht\ttps', 'ftp', 'javascript', 'ws'),
    fc.constantFrom('://', '://', '://', ':', ':/', ':///', ':\\\\'),
    hosts,
    fc.constantFrom('', '/', '/claim', '?q', '#h', '\\x', '/\u{1f600}', '/a b'),
  )
  .map((parts) => parts.join(''));

/** Names of members of a hook's result: reserved ones, disguised ones, URLs of every form, and any text. */
export const names: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...RESERVED_NAMES),
  fc.constantFrom(...RESERVED_NAMES).map((name) => name.toUpperCase()),
  fc.constantFrom(
    'scope',
    'toString',
    'hasOwnProperty',
    '__defineGetter__',
    '__PROTO__',
    'urn:auth0:x',
    'URN:AUTH0',
    '',
  ),
  { arbitrary: urls, weight: 4 },
  fc.webUrl(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);

const scopeElements = fc.oneof(
  fc.constantFrom('read:data', 'read:data', 'write', 'sub', '', ' ', 'a b  c', 'in"valid', 'back\\slash', '\u00e4'),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

/** Values of the member `scope`. */
export const scopeValues: Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.array(scopeElements, { maxLength: 12 }), weight: 5 },
  fc.array(fc.jsonValue(), { maxLength: 3 }),
  fc.jsonValue(),
);

/**
 * Members of a result in the order in which its text has them, no name twice. They are kept as pairs, since no object
 * literal holds a `__proto__`.
 */
export const members: Arbitrary<[name: string, value: unknown][]> = fc.uniqueArray(
  names.chain((name) => fc.tuple(fc.constant(name), name === 'scope' ? scopeValues : fc.jsonValue({ maxDepth: 3 }))),
  { maxLength: 24, selector: ([name]) => name },
);

/** The JSON text that an isolate gives for these members. */
export function textOf(pairs: readonly [name: string, value: unknown][]): string {
  return `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}
