import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { NetworkCall } from '../../../shared/domain/network-call.ts';
import type { Network } from '../sandbox-process.ts';
import { parseCall } from '../sandbox/host-calls/parse-call.ts';

const Asked = z.object({ method: z.string(), url: z.string() }).catch({ method: '', url: '' });
const Answered = z.object({ status: z.number() });
const Failed = z.object({ code: z.string() }).catch({ code: 'EGRESS_FAILED' });

/** A network that notes each request made through it; no more of the URL than the host, as the rest may hold secrets. */
export function noting(network: Network, calls: NetworkCall[]): Network {
  return async (text) => {
    const { method, url } = Asked.parse(parseCall(text));
    const startedMs = performance.now();
    const call: NetworkCall = { method, host: URL.parse(url)?.host ?? '', ms: 0 };
    calls.push(call);
    try {
      const response = await network(text);
      call.status = Answered.parse(JSON.parse(response)).status;
      return response;
    } catch (error) {
      call.error = Failed.parse(error).code;
      throw error;
    } finally {
      call.ms = Math.round((performance.now() - startedMs) * 10) / 10;
    }
  };
}
