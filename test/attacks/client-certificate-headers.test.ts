import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import {
  createFindCertificate,
  PROXY_SECRET_HEADER,
  type CertificateProxies,
} from '../../services/gateway/client-certificate/find-certificate.ts';
import type { CertificateHeader } from '../../services/gateway/client-certificate/headers.ts';
import { OAuthError } from '../../shared/oauth-error.ts';
import { canary } from '../support/canary.ts';
import { sendRaw } from '../support/raw-http.ts';
import { newIdentity } from '../support/tls-client.ts';

// What somebody sends who wants to be taken for a client with a certificate, past the proxy or through it.

const own = await newIdentity();
const der = new X509Certificate(own.cert).raw.toString('base64');
const escaped = encodeURIComponent(own.cert);

const LOOPBACK = ['127.0.0.0/8'];
const ELSEWHERE = ['10.0.0.0/8', 'fd00::/8'];

/** How each proxy passes a certificate on, verified. */
const PASSED: Readonly<Record<CertificateHeader, readonly string[]>> = {
  'client-cert': [`Client-Cert: :${der}:`],
  'client-certificate': [`client-certificate: ${escaped}`, 'client-certificate-ca-verified: SUCCESS'],
  'x-forwarded-client-cert': [
    `x-forwarded-client-cert: By=spiffe://mesh/auth;Hash=${'a'.repeat(64)};Cert="${escaped}";Subject="CN=billing,O=\\"Acme\\"";URI=spiffe://mesh/billing?a=b`,
  ],
  'ssl-client-cert': [`ssl-client-cert: ${escaped}`, 'ssl-client-verify: SUCCESS'],
};
const HEADERS = Object.keys(PASSED) as CertificateHeader[];

type Settings = Partial<CertificateProxies>;

/** What a gateway with these settings takes for the certificate of a request with these headers: `none`, `400`, or whether it is verified. */
async function found(
  t: TestContext,
  header: CertificateHeader,
  headers: readonly string[],
  settings: Settings = { addresses: LOOPBACK },
): Promise<string> {
  const proxies = { header, addresses: undefined, secret: undefined, isChainVerified: false, ...settings };
  const find = createFindCertificate(proxies, { hasAuthorities: true });
  const server = createServer((request, response) => response.end(outcomeOf(find, request)));
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const lines = ['GET / HTTP/1.1', 'Host: localhost', 'Connection: close', ...headers, '', ''];
  const answer = await sendRaw(`http://127.0.0.1:${String(port)}`, lines.join('\r\n'));
  return answer?.body ?? 'nothing';
}

function outcomeOf(find: ReturnType<typeof createFindCertificate>, request: IncomingMessage): string {
  try {
    const certificate = find(request);
    if (certificate === undefined) return 'none';
    assert.equal(certificate.thumbprint, own.thumbprint);
    return certificate.isVerified ? 'verified' : 'unverified';
  } catch (error) {
    assert(error instanceof OAuthError);
    assert(!error.description.includes(der.slice(0, 32)));
    return String(error.status);
  }
}

describe('a certificate in a header', () => {
  for (const header of HEADERS) {
    const passed = PASSED[header];
    const tells = passed.length > 1;

    it(`${header}: is read of a proxy at its address, and of nobody else`, async (t) => {
      assert.equal(await found(t, header, passed), tells ? 'verified' : 'unverified');
      const verified = { addresses: LOOPBACK, isChainVerified: true };
      assert.equal(await found(t, header, passed, verified), 'verified');
      assert.equal(await found(t, header, passed, { addresses: ELSEWHERE }), 'none');
      assert.equal(await found(t, header, passed, {}), 'none', 'neither addresses nor a secret');
      // Whoever claims to be passed on from there is not there.
      const claimed = [...passed, 'X-Forwarded-For: 10.0.0.1', 'Forwarded: for=10.0.0.1', 'X-Real-IP: 10.0.0.1'];
      assert.equal(await found(t, header, claimed, { addresses: ELSEWHERE }), 'none');
      for (const other of HEADERS.filter((one) => one !== header)) {
        assert.equal(await found(t, header, PASSED[other]), 'none', other);
      }
    });

    it(`${header}: is read with the proxy's secret, and with no other`, async (t) => {
      const secret = canary('proxy-secret');
      const with_ = (value: string): string => `${PROXY_SECRET_HEADER}: ${value}`;
      const expected = tells ? 'verified' : 'unverified';
      assert.equal(await found(t, header, [...passed, with_(secret)], { secret }), expected);
      for (const sent of [
        [],
        [with_('')],
        [with_(`${secret}x`)],
        [with_(secret.slice(1))],
        [with_(secret.toUpperCase() + 'x')],
      ]) {
        assert.equal(await found(t, header, [...passed, ...sent], { secret }), 'none');
      }
      assert.equal(await found(t, header, [...passed, with_('guess'), with_(secret)], { secret }), 'none', 'twice');
      const both = { secret, addresses: ELSEWHERE };
      assert.equal(await found(t, header, [...passed, with_(secret)], both), 'none', 'from elsewhere');
    });

    it(`${header}: that is there twice, or is none, is refused`, async (t) => {
      const [line = '', ...verdicts] = passed;
      const name = line.slice(0, line.indexOf(':'));
      const value = line.slice(line.indexOf(':') + 2);
      const sent = (...values: string[]): Promise<string> =>
        found(t, header, [...values.map((one) => `${name}: ${one}`), ...verdicts], { addresses: LOOPBACK });
      assert.equal(await sent(value, value), '400', 'twice');
      assert.equal(await sent(`${value}, ${value}`), '400', 'a list');
      for (const none of ['x', value.slice(0, 200), `${value}"`, ':AAAA:', '%', '%ff', 'Cert=', 'a'.repeat(9_000)]) {
        assert.equal(await sent(none), '400', none.slice(0, 40));
      }
      assert.equal(await found(t, header, []), 'none');
      assert.equal(await found(t, header, [`${name}:`]), 'none', 'empty, as a proxy sends without a certificate');
    });
  }

  for (const header of ['client-certificate', 'ssl-client-cert'] as const) {
    it(`${header}: is verified by the word of the proxy alone`, async (t) => {
      const [line = '', verdict = ''] = PASSED[header];
      const [name] = verdict.split(':');
      const unverified = ['FAILED:self signed certificate', 'NONE', '', 'success', 'SUCCESS, FAILED', 'FAILED SUCCESS'];
      for (const word of unverified) {
        assert.equal(await found(t, header, [line, `${String(name)}: ${word}`]), 'unverified', word);
      }
      assert.equal(await found(t, header, [line]), 'unverified');
      assert.equal(await found(t, header, [line, verdict, `${String(name)}: FAILED`]), '400');
      const all = { addresses: LOOPBACK, isChainVerified: true };
      assert.equal(await found(t, header, [line, `${String(name)}: FAILED:x`], all), 'unverified');
    });
  }

  it('x-forwarded-client-cert: of several elements none is the client, whoever added them', async (t) => {
    const [line = ''] = PASSED['x-forwarded-client-cert'];
    const other = `Cert="${encodeURIComponent((await newIdentity()).cert)}"`;
    for (const value of [
      `${line},${other}`,
      `${line};${other}`,
      `x-forwarded-client-cert: ${other},${line.slice(25)}`,
    ]) {
      assert.equal(await found(t, 'x-forwarded-client-cert', [value]), '400');
    }
    const hidden = `x-forwarded-client-cert: Subject="CN=\\";Cert=x";Hash=a`;
    assert.equal(await found(t, 'x-forwarded-client-cert', [hidden]), '400');
  });

  it("a proxy's own certificate is never the client's, and what others send is nothing beside theirs", async (t) => {
    const authority = await newIdentity({ subject: 'CN=an authority', isAuthority: true });
    const server = await newIdentity({ subject: 'CN=localhost', names: [{ type: 'dns', value: 'localhost' }] });
    const proxy = await newIdentity({ subject: 'CN=proxy', authority });
    const askWith = async (addresses: string[], headers: Record<string, string>): Promise<string | undefined> => {
      const settings = { header: 'client-cert', addresses, secret: undefined, isChainVerified: false } as const;
      const find = createFindCertificate(settings, { hasAuthorities: true });
      let thumbprint: string | undefined;
      const listening = createTlsServer(
        { cert: server.cert, key: server.key, requestCert: true, rejectUnauthorized: false, ca: [authority.cert] },
        (request, response) => {
          thumbprint = find(request)?.thumbprint;
          response.end();
        },
      );
      t.after(() => listening.close());
      await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
      const { port } = listening.address() as AddressInfo;
      const { cert, key } = proxy;
      const options = { port, host: '127.0.0.1', servername: 'localhost', cert, key, rejectUnauthorized: false };
      await new Promise((resolve, reject) => {
        requestTls({ ...options, agent: false, headers }, resolve)
          .once('error', reject)
          .end();
      });
      return thumbprint;
    };
    const headers = { 'client-cert': `:${der}:` };
    assert.equal(await askWith(LOOPBACK, headers), own.thumbprint);
    assert.equal(await askWith(LOOPBACK, {}), undefined, 'the proxy passes none on');
    assert.equal(await askWith(['10.0.0.0/8'], headers), proxy.thumbprint, 'a client that sends a header');
  });
});
