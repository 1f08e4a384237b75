import { join } from 'node:path';
import { ensureCertificates, type Certificates } from './certificates.ts';

/** DER (RFC 5280 §4.2.1.10): permitted are `localhost` and what is below it, 127.0.0.0/8 and ::1; so nothing on other machines. */
const ONLY_THIS_MACHINE = Buffer.from(
  `303fa03d300b82096c6f63616c686f7374300a87087f000000ff00000030228720${'00'.repeat(15)}01${'ff'.repeat(16)}`,
  'hex',
);

/**
 * The certificate of a local installation for `localhost` and 127.0.0.1, by a certification authority that is its own and can
 * vouch for this machine only, so that whoever trusts it risks nothing. Both are kept in the data folder.
 */
export function ensureLocalTls(dataDir: string, nowMs = Date.now()): Promise<Certificates> {
  return ensureCertificates(
    join(dataDir, 'tls'),
    {
      name: 'localhost',
      authority: 'hookmint local CA',
      for: [
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ],
      authorityConstraints: ONLY_THIS_MACHINE,
    },
    nowMs,
  );
}
