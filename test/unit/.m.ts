import ivm from 'isolated-vm';
import { bundleRuntime } from '../../services/hook-executor/runtime/bundle.ts';
const b = await bundleRuntime();
console.log('len', b.length, 'ascii', /^[\x00-\x7f]*$/.test(b));
let cachedData: any;
for (let i=0;i<6;i++){
 const iso = new ivm.Isolate({memoryLimit:64}); const ctx = await iso.createContext();
 const h0 = iso.getHeapStatisticsSync().used_heap_size;
 const t0=performance.now();
 const script = await iso.compileScript(b, {filename:'hookmint:runtime', ...(cachedData?{cachedData}:process.argv[2]?{produceCachedData:true}:{})} as any);
 if(!cachedData && process.argv[2]) { cachedData=(script as any).cachedData; console.log('cache', cachedData.copy().byteLength);} else if (i===1) console.log('rejected', (script as any).cachedDataRejected);
 const t1=performance.now();
 const ref:any = await script.run(ctx,{reference:true});
 const t2=performance.now(); const h1=iso.getHeapStatisticsSync().used_heap_size;
 const inst = await ctx.evalClosure(`const f=()=>1; const h={timer:f,clearTimer:f,call:f,random:f,parseUrl:f,setUrl:f,now:f}; $0(h,()=>1,()=>{})`,[ref.derefInto()]);
 const t3=performance.now(); const h2=iso.getHeapStatisticsSync().used_heap_size;
 console.log('compile',(t1-t0).toFixed(2),'run',(t2-t1).toFixed(2),'install',(t3-t2).toFixed(2),'heap',h0,h1-h0,h2-h1);
 iso.dispose();
}
