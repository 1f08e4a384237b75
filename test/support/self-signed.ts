import * as x509 from '../../shared/x509.ts';

/** An RSA certificate of its own key, valid for a day, as PEM. */
export async function selfSigned(): Promise<{ pem: string }> {
  const alg = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2_048,
  };
  const keys = await crypto.subtle.generateKey(alg, false, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=a client',
    notBefore: new Date(),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: alg,
    keys,
  });
  return { pem: certificate.toString('pem') };
}
