/**
 * Files of web-platform-tests that are run, by area. Left out: what needs documents, workers or XMLHttpRequest, the tests' own server
 * throughout, or more WebCrypto than one run has.
 */
export const AREAS: Readonly<Record<string, RegExp>> = {
  URL: /^url\/(?!idlharness|percent-encoding|a-element|IdnaTest).*\.any\.js$/,
  encoding: /^encoding\/(?!idlharness|replacement-encodings|unsupported-encodings)[^/]*\.any\.js$/,
  'legacy encodings': /^encoding\/legacy-mb.*\.any\.js$/,
  'text streams': /^encoding\/streams\/.*\.any\.js$/,
  streams: /^streams\/(?!idlharness|transferable)(?!.*(owning-type|garbage-collection|non-transferable)).*\.any\.js$/,
  headers: /^fetch\/api\/headers\/(?!headers-no-cors|header-values).*\.any\.js$/,
  'requests and responses':
    /^fetch\/api\/(body|response|request)\/(?!request-(cache|bad-port|keepalive)|response-(cancel-stream|blob)).*\.any\.js$/,
  'Blob and File': /^FileAPI\/(blob|file)\/(?!send-file).*\.any\.js$/,
  abort: /^dom\/abort\/(?!timeout-shadowrealm).*\.any\.js$/,
  'atob and btoa': /^html\/webappapis\/atob\/.*\.any\.js$/,
  structuredClone: /^html\/webappapis\/structured-clone\/.*\.any\.js$/,
  'timers and microtasks': /^html\/webappapis\/(timers|microtask-queuing)\/(?!queue-microtask-exceptions).*\.any\.js$/,
  WebCrypto:
    /^WebCryptoAPI\/(getRandomValues|randomUUID|digest\/digest|sign_verify\/(hmac|ecdsa|rsa_pkcs|rsa_pss|eddsa_curve25519)|encrypt_decrypt\/(aes_cbc|aes_ctr|aes_gcm|rsa_oaep)|import_export\/(symmetric|ec|rsa|okp_importKey_(Ed25519|X25519))_?.*|generateKey\/(failures_Ed25519|successes_(AES-GCM|HMAC|ECDSA|Ed25519))|derive_bits_keys\/(ecdh_bits|hkdf))\.?(https\.)?any\.js$/,
};
