/** What fails in a hook, why, and how many tests of which files: one more or one less fails the run. */
export interface ExpectedFailures {
  reason: string;
  /** What the tests that fail for this reason say. */
  says: RegExp;
  files: Readonly<Record<string, number>>;
}

export const EXPECTED_FAILURES: readonly ExpectedFailures[] = [
  {
    reason: 'Hooks have no `SharedArrayBuffer`: no limit counts its memory.',
    says: /sabConstructor is not a constructor/,
    files: {
      'encoding/encodeInto.any.js': 54,
      'encoding/streams/decode-utf8.any.js': 1,
      'encoding/textdecoder-copy.any.js': 1,
      'encoding/textdecoder-streaming.any.js': 16,
    },
  },
  {
    reason: 'Hooks have no `MessageChannel`.',
    says: /MessageChannel is not defined/,
    files: {
      'FileAPI/blob/Blob-constructor.any.js': 1,
      'encoding/encodeInto.any.js': 1,
      'html/webappapis/structured-clone/structured-clone.any.js': 1,
    },
  },
  {
    reason: 'The test reads with `FileReader`, which Node does not have either.',
    says: /FileReader is not defined/,
    files: {
      'fetch/api/request/request-consume-empty.any.js': 1,
      'fetch/api/request/request-consume.any.js': 8,
      'fetch/api/response/response-consume-empty.any.js': 1,
    },
  },
  {
    reason: 'The test asks a server of its own.',
    says: /Failed to parse URL from/,
    files: {
      'fetch/api/request/request-disturbed.any.js': 1,
      'fetch/api/request/request-init-priority.any.js': 3,
      'fetch/api/response/response-clone.any.js': 2,
      'fetch/api/response/response-consume-stream.any.js': 1,
      'fetch/api/response/response-stream-disturbed-1.any.js': 4,
      'fetch/api/response/response-stream-disturbed-2.any.js': 4,
      'fetch/api/response/response-stream-disturbed-3.any.js': 4,
      'fetch/api/response/response-stream-disturbed-4.any.js': 4,
      'fetch/api/response/response-stream-disturbed-5.any.js': 4,
    },
  },
  {
    reason: 'As Node, `Headers` have no guard for CORS: headers that a browser forbids are sent.',
    says: /^assert_(equals|array_equals)/,
    files: {
      'fetch/api/headers/header-setcookie.any.js': 1,
      'fetch/api/request/request-headers.any.js': 37,
    },
  },
  {
    reason: "As Node, a `Request` takes the modes that are a browser's: there is no page that could be led on.",
    says: /did not throw/,
    files: {
      'fetch/api/request/request-error.any.js': 7,
    },
  },
  {
    reason: 'A multipart form without fields ends with its boundary, as RFC 2046 has it; the test is older.',
    says: /should be empty/,
    files: {
      'fetch/api/request/request-consume-empty.any.js': 1,
      'fetch/api/response/response-consume-empty.any.js': 1,
    },
  },
  {
    reason: 'The test gives its headers to the wrong constructor.',
    says: /text.html/,
    files: {
      'fetch/api/body/mime-type.any.js': 1,
    },
  },
  {
    reason: 'The test is older than the standard: a body that is replaced is not read.',
    says: /bodyUsed is true/,
    files: {
      'fetch/api/request/request-disturbed.any.js': 1,
    },
  },
  {
    reason: 'A hook that gives `Object.prototype` a `then` gives one to the results of its own readers.',
    says: /./,
    files: {
      'fetch/api/response/response-stream-with-broken-then.any.js': 5,
    },
  },
  {
    reason: 'web-streams-polyfill: a chunk that is written at once may be given on within the same turn.',
    says: /synchronously/,
    files: {
      'streams/piping/general-addition.any.js': 1,
    },
  },
  {
    reason: "web-streams-polyfill: the iterator's prototype is one of its own.",
    says: /AsyncIteratorPrototype/,
    files: {
      'streams/readable-streams/async-iterator.any.js': 1,
    },
  },
  {
    reason: 'web-streams-polyfill: calls `size` with the strategy as `this`.',
    says: /size called as a method/,
    files: {
      'streams/writable-streams/general.any.js': 1,
    },
  },
  {
    reason: "The host parses URLs: Node's parser takes these names, which UTS #46 forbade when the test was written.",
    says: /./,
    files: {
      'url/url-constructor.any.js': 8,
      'url/url-setters.any.js': 2,
    },
  },
  {
    reason: '`QuotaExceededError` is a DOMException as in Node 22, no class of its own.',
    says: /quotaexceedederror/,
    files: {
      'WebCryptoAPI/getRandomValues.any.js': 9,
    },
  },
  {
    reason: 'More WebCrypto than one run has.',
    says: /QuotaExceededError/,
    files: {
      'WebCryptoAPI/generateKey/failures_Ed25519.https.any.js': 34,
    },
  },
];
