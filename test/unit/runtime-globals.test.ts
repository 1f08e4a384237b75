import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRuntime, runInNode } from './runtime-driver.ts';

type Runtime = Awaited<ReturnType<typeof createRuntime>>;
let runtime: Runtime;
before(async () => void (runtime = await createRuntime()));
after(() => runtime[Symbol.asyncDispose]());

/** What a snippet gives, or the error it fails with, there and in Node. */
const HELPERS = `
  const attempt = (use) => { try { return use(); } catch (e) { return [e.name, e.code ?? null]; } };
  const attemptLater = async (use) => { try { return await use(); } catch (e) { return [e.name, e.code ?? null]; } };
  const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  const parts = (u) => [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash, [...u.searchParams]];
`;

function same(name: string, source: string) {
  test(name, async () => {
    const here = await runtime.run(HELPERS + source);
    const there = await runInNode(HELPERS + source);
    assert.deepEqual(here, there);
  });
}

describe('URL and URLSearchParams as in Node', () => {
  const urls = [
    'https://user:p%20w@EXAMPLE.com:443/a/../b?x=1&y=%20#frag',
    'http://[::1]:8080/',
    'http://0x7f.1/',
    'http://münchen.de/ä?ö#ü',
    'data:text/plain,hi there#x',
    'mailto:a@b.c',
    'file:///C:/x/../y',
    'https:example.org',
    'javascript:alert(1)',
    'https://a.b/?q=a+b%2Bc&q=%zz',
  ];
  for (const url of urls) same(url, `return parts(new URL(${JSON.stringify(url)}));`);
  same(
    'relative ones',
    `return ['x', '../x', '//h/x', '?q', '#f', '/abs', 'http:x', ''].map((u) => new URL(u, 'http://a.b/c/d?e#f').href);`,
  );
  same(
    'invalid ones',
    `return ['', 'x', 'http://', 'http://a b/', 'http://[::', 'http://x:99999'].map((u) => [attempt(() => new URL(u)), URL.canParse(u), URL.parse(u)])
       .concat([[attempt(() => new URL()), URL.canParse('/x', 'http://a'), URL.parse('/x', 'http://a').href]]);`,
  );
  const setters: [string, string[]][] = [
    ['protocol', ['http', 'ftp:', 'mailto', 'x', '1', '']],
    ['username', ['me', 'a:b@c', '']],
    ['password', ['s e c', '']],
    ['host', ['h:81', 'h2', '', 'a b', '[::1]:3', 'x/y']],
    ['hostname', ['h3', 'h:9', '']],
    ['port', ['8080', '443', '70000', '12x', '']],
    ['pathname', ['p q', '/a/./b', '', '?x']],
    ['search', ['?a=b c', 'k=v', '#', '']],
    ['hash', ['#h', 'h i', '']],
    ['href', ['http://new/', 'nonsense']],
    ['searchParams', ['ignored']],
    ['origin', ['http://ignored']],
  ];
  for (const [part, values] of setters) {
    same(
      `setting ${part}`,
      `return ${JSON.stringify(values)}.map((v) => { const u = new URL('https://u:p@h:1/x?y=z#w'); return [attempt(() => { u.${part} = v; }), parts(u)]; });`,
    );
  }
  same(
    'searchParams and their URL follow each other',
    `const u = new URL('https://h/p?a=1#f'); const p = u.searchParams; const seen = [];
     p.append('b', 'x y&z'); seen.push(u.href); p.delete('a'); seen.push(u.href); p.set('c', 'ü'); p.sort(); seen.push(u.search);
     u.search = '?n=1&n=2'; seen.push([...p], p.getAll('n'), p.size); for (const k of [...p.keys()]) p.delete(k); seen.push(u.href, u.searchParams === p);
     return seen;`,
  );
  same(
    'URLSearchParams from everything',
    `return [new URLSearchParams('?a=1&a=2&b'), new URLSearchParams([['x', 1], ['y', null]]), new URLSearchParams({ k: 'v', n: 1 }),
       new URLSearchParams(new Map([['m', 'n']])), new URLSearchParams(new URLSearchParams('c=d')), new URLSearchParams(), new URLSearchParams('%e4%bd%a0=%ff&+=+')]
       .map((p) => [p.toString(), [...p], p.size]).concat([[attempt(() => new URLSearchParams([['x']])), attempt(() => new URLSearchParams([1])), attempt(() => new URLSearchParams('').get())]]);`,
  );
  same(
    'URLSearchParams’ methods',
    `const p = new URLSearchParams('b=2&a=1&b=3&\\ud800=x'); const seen = [p.has('b', '3'), p.has('b', '4'), p.get('zz'), p.getAll('b')];
     p.delete('b', '2'); p.forEach((v, k, self) => seen.push([k, v, self === p])); const it = p[Symbol.iterator](); seen.push(it.next(), Object.prototype.toString.call(it), typeof it[Symbol.iterator]);
     return [seen, p.toString(), JSON.stringify({ u: new URL('http://a') }), String(new URL('http://a/b')), Object.prototype.toString.call(p)];`,
  );
});

describe('encodings as in Node', () => {
  same(
    'TextEncoder',
    `const e = new TextEncoder(); const into = new Uint8Array(5);
     return [hex(e.encode('aé日😀\\ud800x\\udc00')), e.encode().length, e.encoding, e.encodeInto('日日', into), hex(into), attempt(() => e.encodeInto('a', []))];`,
  );
  const sequences = [
    'c3a9',
    'ff',
    'e697a5',
    'f09f9880',
    'c328',
    'e28228',
    'f0288cbc',
    'eda080',
    'f4908080',
    'c0af',
    'e2',
    'f09f98',
    'efbbbf61',
    '61efbbbf',
    '80bf',
    'e0809f',
    'f08282ac',
    '41c342',
  ];
  same(
    'TextDecoder of UTF-8, also malformed',
    `return ${JSON.stringify(sequences)}.map((s) => { const b = Uint8Array.from(s.match(/../g), (x) => parseInt(x, 16));
       return [new TextDecoder().decode(b), attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(b)), new TextDecoder('utf8', { ignoreBOM: true }).decode(b)]; });`,
  );
  same(
    'TextDecoder in pieces',
    `const all = new TextEncoder().encode('\\ufeffaé日😀z'); const seen = [];
     for (let cut = 0; cut <= all.length; cut++) { const d = new TextDecoder(); seen.push(d.decode(all.subarray(0, cut), { stream: true }) + '|' + d.decode(all.subarray(cut))); }
     return seen;`,
  );
  same(
    'TextDecoder of other encodings',
    `const b = Uint8Array.from([0x61, 0, 0xe5, 0x65, 0x3d, 0xd8, 0, 0xde, 0x00, 0xd8, 0x62, 0]);
     return [new TextDecoder('utf-16le').decode(b), new TextDecoder('latin1').decode(Uint8Array.from([0x41, 0xe9, 0xff])), new TextDecoder(' UTF-16 ').encoding, new TextDecoder('ascii').encoding,
       new TextDecoder('utf-16le').decode(b.subarray(0, 3)), attempt(() => new TextDecoder('utf-16le', { fatal: true }).decode(b)), attempt(() => new TextDecoder('klingon')),
       new TextDecoder().decode(new Uint8Array([65]).buffer), new TextDecoder().decode(new DataView(new Uint8Array([65, 66]).buffer, 1)), new TextDecoder().decode(), attempt(() => new TextDecoder().decode('x'))];`,
  );
  same(
    'atob and btoa',
    `return ['YQ==', 'YQ', ' Y Q = = ', 'YQ=', 'Y', 'YW Jj', '', 'Yé', 'YR==', '====', 'A-B_'].map((s) => attempt(() => atob(s)))
       .concat(['a', 'aé\\xff', '', '日', null, 12].map((s) => attempt(() => btoa(s))), [attempt(() => btoa()), attempt(() => atob())]);`,
  );
});

describe('structuredClone as in Node', () => {
  same(
    'plain and special objects',
    `const source = { a: [1, , 3], d: new Date(5), r: /x/gi, m: new Map([[{ k: 1 }, new Set([1])]]), n: null, u: undefined, b: 10n.toString(), buf: new Uint8Array([1, 2, 3]).subarray(1), f: new Float32Array([1.5]), num: new Number(3), str: new String('s') };
     source.self = source; const c = structuredClone(source);
     return [c !== source, c.self === c, 1 in c.a, c.d.getTime(), c.d instanceof Date, String(c.r), [...c.m][0][0].k, [...[...c.m][0][1]], c.buf.length, c.buf.byteOffset, c.buf.buffer.byteLength, c.f[0], 'u' in c, typeof c.num, c.num + 1, c.str + ''];`,
  );
  same(
    'errors',
    `class Mine extends Error {} const e = structuredClone(Object.assign(new RangeError('m', { cause: new Mine('c') }), { code: 1 })); const d = structuredClone(new DOMException('x', 'AbortError'));
     return [e instanceof RangeError, e.message, e.code ?? null, e.cause instanceof Error, e.cause.name, e.cause.message, typeof e.stack, d.name, d.code, d instanceof DOMException];`,
  );
  same(
    'what cannot be cloned',
    `return [() => structuredClone(() => 1), () => structuredClone({ f() {} }), () => structuredClone(Symbol('x')), () => structuredClone(new WeakMap()), () => structuredClone(Promise.resolve()), () => structuredClone()].map(attempt);`,
  );
  same(
    'prototypes, getters, transfer',
    `class P { constructor() { this.x = 1; } get y() { return 2; } } const buffer = new ArrayBuffer(8); const view = new Uint8Array(buffer);
     const c = structuredClone(new P()); const moved = structuredClone({ view }, { transfer: [buffer] });
     return [c.constructor === Object, c.x, c.y ?? null, structuredClone({ get z() { return 3; } }).z, buffer.byteLength, moved.view.length, attempt(() => structuredClone(1, { transfer: [{}] }))];`,
  );
});

describe('events and abort signals as in Node', () => {
  same(
    'EventTarget',
    `const t = new EventTarget(); const seen = []; const f = (e) => seen.push(['f', e.type, e.target === t, e.currentTarget === t, e.eventPhase]);
     t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', { handleEvent(e) { seen.push('object'); e.preventDefault(); } }); t.addEventListener('x', () => seen.push('once'), { once: true });
     t.addEventListener('x', (e) => e.stopImmediatePropagation()); t.addEventListener('x', () => seen.push('never'));
     const e = new Event('x', { cancelable: true }); seen.push(t.dispatchEvent(e), e.defaultPrevented, t.dispatchEvent(new Event('x')), t.dispatchEvent(new Event('y')));
     t.removeEventListener('x', f); t.dispatchEvent(new Event('x')); t.addEventListener('x', null);
     const c = new CustomEvent('c', { detail: 5 }); return [seen, c.detail, c.bubbles, e.isTrusted, e.composedPath().length, attempt(() => t.dispatchEvent({})), attempt(() => new Event()), Event.AT_TARGET];`,
  );
  same(
    'AbortController',
    `const c = new AbortController(); const seen = []; c.signal.onabort = (e) => seen.push(['on', e.type, e.isTrusted]); c.signal.addEventListener('abort', () => seen.push('listener'));
     seen.push(c.signal.aborted, c.signal.reason ?? null); c.abort(); c.abort('again'); seen.push(c.signal.aborted, c.signal.reason.name, c.signal.reason.code, c.signal.reason.message);
     const own = AbortSignal.abort('why'); return [seen, own.reason, attempt(() => c.signal.throwIfAborted()), attempt(() => new AbortSignal()), (() => { try { own.throwIfAborted(); } catch (e) { return e; } })()];`,
  );
  same(
    'any and timeout',
    `const a = new AbortController(), b = new AbortController(); const any = AbortSignal.any([a.signal, b.signal]); const nested = AbortSignal.any([any]); b.abort('b'); a.abort('a');
     const t = AbortSignal.timeout(5); const reason = await new Promise((resolve) => { const keep = setTimeout(() => {}, 1000); t.onabort = () => { clearTimeout(keep); resolve(t.reason); }; });
     return [any.reason, nested.reason, AbortSignal.any([]).aborted, AbortSignal.any([AbortSignal.abort(1)]).reason, reason.name, reason.code, attempt(() => AbortSignal.any([1])), attempt(() => AbortSignal.timeout(-1))[0]];`,
  );
  same(
    'DOMException',
    `const e = new DOMException('m', 'NotFoundError'), f = new DOMException('m', { name: 'X', cause: 1 });
     return [e.name, e.message, e.code, e instanceof Error, String(e), Object.prototype.toString.call(e), f.name, f.cause, f.code, new DOMException().name, DOMException.ABORT_ERR, DOMException.INUSE_ATTRIBUTE_ERR, e.URL_MISMATCH_ERR, typeof e.stack];`,
  );
});

describe('timers as in Node', () => {
  same(
    'order, arguments, intervals, clearing',
    `const seen = []; const late = new Promise((r) => setTimeout((...a) => { seen.push(a); r(); }, 500, 1, 'b'));
     clearTimeout(setTimeout(() => seen.push('never'), 1)); const id = +setTimeout(() => seen.push('never'), 1); clearTimeout(id); clearTimeout(undefined); clearTimeout('x'); clearTimeout({});
     let n = 0; await new Promise((r) => { const i = setInterval(() => { seen.push('i' + ++n); if (n === 3) { clearInterval(i); r(); } }, 2); });
     await new Promise((r) => setImmediate(r, 1)); await late; queueMicrotask(() => seen.push('micro')); await null; return seen;`,
  );
  same(
    'Timeout objects',
    `const t = setTimeout(() => {}, 1000); const seen = [t.hasRef(), t.unref() === t, t.hasRef(), t.ref() === t, t.refresh() === t, typeof t[Symbol.toPrimitive](), t.close() === t, typeof setImmediate(() => {}).hasRef()];
     let count = 0; await new Promise((r) => { const again = setTimeout(() => { if (++count < 2) again.refresh(); else r(); }, 1); }); { using s = setTimeout(() => seen.push('never'), 1); }
     return [seen, count, attempt(() => setTimeout('code')), attempt(() => queueMicrotask()), attempt(() => setInterval(null))];`,
  );
  same(
    'promises, microtasks and timers in turn',
    `const seen = []; setTimeout(() => seen.push('timeout'), 0); Promise.resolve().then(() => seen.push('promise')); queueMicrotask(() => seen.push('micro')); seen.push('sync'); await new Promise((r) => setTimeout(r, 20)); return seen;`,
  );
});

describe('bodies as in Node', () => {
  same(
    'Headers',
    `const h = new Headers({ 'X-B': ' 2 ', a: '1' }); h.append('x-b', '3'); h.append('Set-Cookie', 'a=1'); h.append('set-cookie', 'b=2'); h.set('c', 'x'); h.delete('c');
     return [[...h], h.get('X-B'), h.get('none'), h.has('A'), h.getSetCookie(), [...h.keys()], [...new Headers([['q', '1']])], [...new Headers(h)], attempt(() => new Headers({ 'b d': '1' })), attempt(() => h.set('a', 'x\\ny')), attempt(() => h.set('a', '日')), attempt(() => new Headers([['x']])), Object.prototype.toString.call(h)];`,
  );
  same(
    'Response',
    `const r = new Response('{"a":"é"}', { status: 201, statusText: 'Made', headers: { x: 'y' } }); const copy = r.clone();
     const seen = [r.ok, r.status, r.statusText, r.type, r.url, r.redirected, [...r.headers], r.bodyUsed, await r.json(), r.bodyUsed, await attemptLater(() => r.text()), await copy.text(), attempt(() => r.clone())];
     const j = Response.json({ b: 1 }, { status: 202 }); const d = Response.redirect('http://a/b', 307);
     return [seen, [...j.headers], await j.text(), j.status, d.status, [...d.headers], Response.error().type, Response.error().status, attempt(() => new Response('x', { status: 204 })), attempt(() => new Response('', { status: 99 })), new Response().body, attempt(() => d.headers.set('a', 'b')), Object.prototype.toString.call(r)];`,
  );
  same(
    'Request',
    `const r = new Request('http://a.b/c?d#e', { method: 'post', headers: { q: '1' }, body: new URLSearchParams({ x: 'y z' }) }); const copy = new Request(r, { method: 'PUT', headers: { z: '2' } });
     return [r.method, r.url, [...r.headers], r.redirect, r.mode, r.credentials, r.cache, r.signal.aborted, r.bodyUsed, copy.method, [...copy.headers], await copy.text(), r.duplex, new Request('http://x').body,
       attempt(() => new Request('http://x', { body: 'b' })), attempt(() => new Request('/rel')), attempt(() => new Request('http://u:p@x')), attempt(() => new Request('http://x', { method: 'TRACE' })), attempt(() => new Request('http://x', { method: 'a b' })), new Request('http://x', { method: 'patch' }).method, new Request('http://x', { method: 'custom' }).method, attempt(() => new Request('http://x', { redirect: 'no' }))];`,
  );
  same(
    'kinds of bodies and their types',
    `const bodies = ['text', new Uint8Array([65, 66]), new Uint8Array([65]).buffer, new Blob(['b'], { type: 'X/Y' }), new Blob(['n']), new URLSearchParams('a=b'), 12, null, undefined];
     return await Promise.all(bodies.map(async (b) => { const r = new Response(b); const t = r.headers.get('content-type'); return [t, await r.text()]; }));`,
  );
  same(
    'reading as bytes, blob, form and stream',
    `const text = () => new Response('aé'); const b = await text().blob(); const chunks = []; for await (const c of text().body) chunks.push(...c); const reader = text().body.getReader(); const first = await reader.read(), second = await reader.read();
     const form = await new Response('a=1&b=%20', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }).formData();
     return [b.size, b.type, hex(new Uint8Array(await text().arrayBuffer())), hex(await text().bytes()), chunks, hex(first.value), first.done, second.done, [...form], await attemptLater(() => new Response('x').formData()), await attemptLater(async () => { const r = text(); r.body.getReader(); return await r.text(); })];`,
  );
  same(
    'Blob and File',
    `const b = new Blob(['ab', new Uint8Array([67]), new Blob(['d'])], { type: 'Text/Plain' }); const f = new File(['x'], 'n.txt', { type: 't/t', lastModified: 5 });
     return [b.size, b.type, await b.text(), await b.slice(1, 3).text(), await b.slice(-2).text(), await b.slice(1, -1, 'q/q').text(), b.slice(0, 1, 'q/q').type, f.name, f.lastModified, f.type, f.size, f instanceof Blob, attempt(() => new File([])), attempt(() => new Blob('x'))[0], Object.prototype.toString.call(b)];`,
  );
  same(
    'FormData and multipart, there and back',
    `const f = new FormData(); f.append('a', '1'); f.append('a', 2); f.append('file', new Blob(['content\\r\\n'], { type: 'x/y' }), 'na"me.txt'); f.set('s', 'ü\\nnew'); const r = new Response(f); const type = r.headers.get('content-type').replace(/boundary=.*/, '');
     const back = await r.formData(); const file = back.get('file');
     return [f.getAll('a'), f.has('x'), [...f.keys()], type, [...back].map(([k, v]) => [k, typeof v]), back.get('s'), file.name, file.type, await file.text(), attempt(() => f.append('x')), attempt(() => f.append('x', 'y', 'z'))];`,
  );
  same(
    'ReadableStream',
    `const s = new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close(); } }); const [x, y] = s.tee(); const read = async (q) => { const all = []; for await (const c of q) all.push(c); return all; };
     let cancelled; const c = new ReadableStream({ pull(k) { k.enqueue(1); }, cancel(r) { cancelled = r; } }); for await (const v of c) break;
     const bad = new ReadableStream({ start(k) { k.error(new RangeError('bad')); } }); let n = 0; const pulled = new ReadableStream({ pull(k) { if (++n > 3) k.close(); else k.enqueue(n); } });
     return [await read(x), await read(y), s.locked, c.locked, await attemptLater(() => read(bad)), await read(pulled), await read(ReadableStream.from([1, 2])), attempt(() => { const q = new ReadableStream(); q.getReader(); q.getReader(); }), await attemptLater(() => { const q = new ReadableStream(); const r = q.getReader(); r.releaseLock(); return r.read(); })];`,
  );
});

describe('process, performance and the shape of globals', () => {
  const GLOBALS =
    'setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask URL URLSearchParams TextEncoder TextDecoder atob btoa ' +
    'structuredClone DOMException Event EventTarget CustomEvent AbortController AbortSignal Headers Request Response fetch Blob File FormData ReadableStream Performance Crypto SubtleCrypto CryptoKey';
  same(
    'names, tags and descriptors',
    `return '${GLOBALS}'.split(' ').map((n) => { const g = globalThis[n], d = Object.getOwnPropertyDescriptor(globalThis, n); return [n, typeof g, g.name, d.enumerable && n[0] === n[0].toUpperCase(), d.configurable, g.prototype?.[Symbol.toStringTag] ?? null]; });`,
  );
  test('no global is enumerable, all can be replaced', async () => {
    const found =
      await runtime.run(`return [Object.keys(globalThis), '${GLOBALS} console process crypto performance global'.split(' ')
      .filter((n) => { const d = Object.getOwnPropertyDescriptor(globalThis, n); return d.enumerable || !d.writable || !d.configurable; })]`);
    assert.deepEqual(found, [[], []]);
  });
  test('nothing of Node or of the runtime’s inside is there', async () => {
    const found = await runtime.run(`const names = [];
      for (const n of Object.getOwnPropertyNames(globalThis)) { const g = globalThis[n]; if (typeof g === 'function') for (const s of Object.getOwnPropertyNames(g)) names.push(n + '.' + s); }
      return [typeof require, typeof module, typeof Buffer, names.filter((n) => /^(URL|URLSearchParams|Headers|Request|Response|Event|EventTarget|AbortSignal|Blob|File|FormData|CryptoKey|ReadableStream|DOMException)\\./.test(n) && !/\\.(length|name|prototype)$|DOMException\\.[A-Z_]+$|Event\\.[A-Z_]+$/.test(n))]`);
    assert.deepEqual(found, [
      'undefined',
      'undefined',
      'undefined',
      [
        'AbortSignal.abort',
        'AbortSignal.timeout',
        'AbortSignal.any',
        'URL.canParse',
        'URL.parse',
        'URL.createObjectURL',
        'URL.revokeObjectURL',
        'ReadableStream.from',
        'Response.error',
        'Response.json',
        'Response.redirect',
      ],
    ]);
  });
  test('process', async () => {
    const source = `process.env.X = 'y'; const ticks = []; process.nextTick((a) => ticks.push(a), 1); await null; await null;
      return [Object.prototype.toString.call(process), process.env, process.argv, process.cwd(), process.version, process.platform, ticks, process.hrtime().length, typeof process.hrtime.bigint(), process.on('exit', () => {}) === process, typeof process.memoryUsage().heapUsed, global === globalThis, process.stdout.isTTY]`;
    assert.deepEqual(await runtime.run(source), [
      '[object process]',
      { X: 'y' },
      [],
      '/',
      'v22.22.0',
      'linux',
      [1],
      2,
      'bigint',
      true,
      'number',
      true,
      false,
    ]);
    await assert.rejects(runtime.run('process.exit(1)'), /not available to hooks/);
  });
  test('process tells warnings, and errors that nobody caught, to whoever listens', async () => {
    await using own = await createRuntime();
    const source = `const seen = []; const wait = () => new Promise((r) => setTimeout(r, 5));
      const heard = (error, origin) => seen.push([error.message, origin]);
      process.on('uncaughtException', heard).once('warning', ({ name, message }) => seen.push([name, message]));
      setTimeout(() => { throw new Error('of a timer'); }, 1); queueMicrotask(() => { throw new Error('of a microtask'); });
      process.emitWarning('w', 'Own'); process.emitWarning('not heard'); await wait();
      const before = process.listenerCount('uncaughtException');
      process.off('uncaughtException', heard); setTimeout(() => { throw new Error('told'); }, 1); await wait();
      process.on('uncaughtException', () => { throw new Error('by the listener'); }); setTimeout(() => { throw 1; }, 1); await wait();
      return [seen, before, process.listenerCount('uncaughtException'), process.eventNames()];`;
    assert.deepEqual(await own.run(source), [
      [
        ['of a microtask', 'uncaughtException'],
        ['Own', 'w'],
        ['of a timer', 'uncaughtException'],
      ],
      1,
      1,
      ['uncaughtException'],
    ]);
    const [warning, other, told, thrown] = own.lines.map(({ text }) => text.split('\n')[0]);
    assert.deepEqual(
      [warning, other, told, thrown],
      ['(node:1) Own: w', '(node:1) Warning: not heard', 'Uncaught Error: told', 'Uncaught Error: by the listener'],
    );
  });
  test('a hook may have the console write to a function of its own', async () => {
    await using own = await createRuntime();
    const source = `const seen = []; const { write } = process.stdout; process.stdout.write = (text) => seen.push(text);
      console.log('a', 1); console.error('b'); process.stdout.write = write; console.log('c'); return seen;`;
    assert.deepEqual(await own.run(source), ['a 1\n']);
    assert.deepEqual(
      own.lines.map(({ level, text }) => [level, text]),
      [
        ['error', 'b'],
        ['log', 'c'],
      ],
    );
  });
  test('performance', async () => {
    const [first, second, origin, now] = (await runtime.run(
      `const a = performance.now(); for (let i = 0; i < 1e5; i++); return [a, performance.now(), performance.timeOrigin, Date.now()]`,
    )) as [number, number, number, number];
    assert.ok(second > first, `${String(first)} ${String(second)}`);
    assert.ok(Math.abs(origin + second - now) < 50);
  });
});
