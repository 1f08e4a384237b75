import { createInterface } from 'node:readline';
import { fetchModules, type FetchRequest } from '../install/fetch-modules.ts';
import { serveLines } from './protocol.ts';
import { barIfWalled } from '../../shared/process-wall/seal.ts';

await barIfWalled({ programs: true, localSockets: true });
// The process that has the network, and with it the credentials for the registry. It starts no other, and runs nothing that it fetches.
await serveLines(createInterface({ input: process.stdin }), (request) => fetchModules(request as FetchRequest));
