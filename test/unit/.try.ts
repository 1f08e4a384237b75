import { createRuntime } from './runtime-driver.ts';
await using r = await createRuntime();
console.log(r.setupMs, r.isolate.cpuTime, r.isolate.getHeapStatisticsSync().used_heap_size);
console.log(await r.run(process.argv[2] ?? `
 console.log('hi %s %d %j', 'a', 3, {a:1}, {b:[1,2,{c:{d:{e:1}}}]}, new Map([[1,{a:2}]]), new Error('x').message);
 const t = await new Promise(r => setTimeout(r, 5, 'timed'));
 const d = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc'));
 return [t, Buffer_ = new Uint8Array(d).toHex(), new URL('/x?y=1','https://a.b/c').href, crypto.randomUUID(), performance.now(), structuredClone({a:new Date(0)})];
`), r.lines);
for (let i=0;i<5;i++){ await using q = await createRuntime(); console.log(q.setupMs.toFixed(2), Number(q.isolate.cpuTime)/1e6, q.isolate.getHeapStatisticsSync().used_heap_size, q.isolate.getHeapStatisticsSync().total_heap_size, q.isolate.getHeapStatisticsSync().total_physical_size);}
