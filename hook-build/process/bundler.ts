import { createInterface } from 'node:readline';
import { transform } from 'esbuild';
import type { HookSource } from '../hook-source.ts';
import { bundle, type BundleRequest } from '../bundle/bundle-hook.ts';
import { scanHook } from '../scan-hook.ts';
import { serveLines } from './protocol.ts';
import { barIfWalled } from '../../shared/process-wall/seal.ts';

type ScanRequest = Pick<HookSource, 'code' | 'language' | 'contract'>;
export type BundlerRequest = { scan: ScanRequest } | { bundle: BundleRequest };

// Before the bundler's own process is started, which is under the same rules.
await barIfWalled({ network: true });
// Started ahead, so that the first who asks does not wait for it.
await transform('');

const scanned = ({ code, language, contract }: ScanRequest) => scanHook(code, language, contract);

// The process that the bundler runs in: no network, and nothing to read but its own code and the packages in the cache.
await serveLines(createInterface({ input: process.stdin }), (asked) => {
  const request = asked as BundlerRequest;
  return 'scan' in request ? scanned(request.scan) : bundle(request.bundle);
});
// The bundler's own process would keep this one.
process.exit();
