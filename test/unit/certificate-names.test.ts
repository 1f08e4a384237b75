import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { alternativeNames } from '../../shared/alternative-names.ts';
import { canonicalName, inOneLine } from '../../shared/distinguished-name.ts';

describe('a distinguished name', () => {
  it('is the same by RFC 4514 and in the lines of Node.js, by names and by OIDs', () => {
    const lines = 'C=DE\nO=Acme\\, Ünc\\+x #1\nOU=a + emailAddress=x@y.z\nUID=u1\n1.2.3.4=bar\nCN=\\ lead\\"q\\<\\ ';
    const same = [
      inOneLine(lines),
      'CN=\\20lead\\22q\\3C\\20,1.2.3.4=bar,0.9.2342.19200300.100.1.1=u1,E=x@y.z+OU=a,O=Acme\\2C \\C3\\9Cnc\\2Bx #1,2.5.4.6=DE',
      'cn=\\ lead\\"q\\<\\ , 1.2.3.4=bar, uid=u1, OU=a+emailAddress=x@y.z, O=Acme\\, Ünc\\+x #1,  C=DE  ',
    ];
    assert(canonicalName(lines) !== undefined);
    for (const one of same) assert.equal(canonicalName(one), canonicalName(lines), one);
  });

  it('is another in another order, with more or less, and in other letters', () => {
    const all = ['CN=a,O=b', 'O=b,CN=a', 'CN=a', 'CN=a,O=b,C=c', 'CN=a+O=b', 'CN=a,O=B', 'CN=a\\,O\\=b', 'CN=a,O=b\\ '];
    assert.equal(new Set(all.map(canonicalName)).size, all.length);
    assert(!all.map(canonicalName).includes(undefined));
  });

  it('is none with anything that could be read in two ways', () => {
    const hostile = [
      '',
      ',',
      'a',
      'CN',
      'CN=',
      '=a',
      'CN=a,',
      ',CN=a',
      'CN=a,,O=b',
      'CN="a"',
      'CN=a"',
      'CN=#0c0161',
      'XX=a',
    ];
    const more = ['CN=a;O=b', 'CN=a<b', 'CN=a\\', 'CN=a\\x', 'CN=\\ff', 'CN=a\0', '1.=a', 'CN=a+', 'CN=a\n', '\nCN=a'];
    for (const text of [...hostile, ...more, Array(51).fill('CN=a').join(',')]) {
      assert.equal(canonicalName(text), undefined, JSON.stringify(text));
    }
  });

  it('of any values comes back from its escaped form', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0\n]/.test(text));
    const escaped = (text: string): string =>
      [...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    fc.assert(
      fc.property(value, value, (cn, o) => {
        const expected = JSON.stringify([[['2.5.4.10', o]], [['2.5.4.3', cn]]]);
        assert.equal(canonicalName(`CN=${escaped(cn)},O=${escaped(o)}`), expected);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof canonicalName(text) !== 'number'));
  });
});

describe('names of subjectAltName', () => {
  const shown =
    'DNS:A.example.com, URI:spiffe://x/y, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, email:a@b.c, URI:"https://q/?a=1\\u002cDNS:evil", DNS:"a, DNS:b"';

  it('are those of one type, and what a value has in it is no other name', () => {
    assert.deepEqual(alternativeNames(shown, 'dns'), ['a.example.com', 'a, dns:b']);
    assert.deepEqual(alternativeNames(shown, 'uri'), ['spiffe://x/y', 'https://q/?a=1,DNS:evil']);
    assert.deepEqual(alternativeNames(shown, 'ip'), ['10.0.0.1', '::1']);
    assert.deepEqual(alternativeNames(shown, 'email'), ['a@b.c']);
  });

  it('are none where one cannot be read', () => {
    for (const text of [undefined, '', 'x', 'DNS:a, x', 'DNS:a, URI:"b', 'DNS:a"b, URI:c']) {
      assert.deepEqual(alternativeNames(text, 'dns'), [], String(text));
    }
  });
});
