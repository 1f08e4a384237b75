/** Where a hook answers otherwise than the Node that these tests run in, and why. */
export const DIFFERENCES: { of: RegExp; why: string }[] = [
  { of: /a\.example:port/, why: 'Node 22, which hooks have, reads a URL whose port is none and warns' },
  { of: /util\.inspect\(new Proxy/, why: 'Node 22 does not tell a Proxy unless asked to' },
  { of: /inspect\(new WeakSet\(\), \{ showHidden/, why: 'what is in a WeakSet cannot be looked at' },
  { of: /^util\.format\('%s', Buffer/, why: '%s shows a Buffer as inspect does' },
  { of: /^typeof util\.deprecate/, why: 'what is deprecated is not checked' },
  { of: /^punycode\.decode\('xn--/, why: 'a text that is no Punycode is decoded all the same' },
  {
    of: /new stream\.(Transform|PassThrough).*s\.end\(done\); s\.destroy/,
    why: 'what is destroyed at once has not ended yet',
  },
  { of: /assert\.fail\(null\)/, why: 'Node 22 says that it failed' },
  { of: /defaultEncoding: ''/, why: 'an empty name of an encoding is none' },
];
