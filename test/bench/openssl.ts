import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { findOnPath } from './find-on-path.ts';
import type { SigningAlg } from './systems.ts';

const speedNames: Record<SigningAlg, string> = { RS256: 'rsa2048', ES256: 'ecdsap256' };
const keyBits: Record<SigningAlg, number> = { RS256: 2048, ES256: 256 };
const durationSeconds = 3;

/**
 * Signatures per second of `openssl speed` on all cores: what this machine can sign when it does nothing else.
 *
 * @returns `null` when openssl is not on PATH.
 */
export async function opensslSignsPerSecond(alg: SigningAlg, signal: AbortSignal): Promise<number | null> {
  const openssl = findOnPath('openssl');
  if (openssl === null) return null;
  const cores = String(availableParallelism());
  const args = ['speed', '-mr', '-multi', cores, '-seconds', String(durationSeconds), speedNames[alg]];
  const { stdout } = await promisify(execFile)(openssl, args, { signal });
  return parseSpeed(stdout, keyBits[alg]);
}

// The sum over all cores: "+F2:2:2048:8115.000000:121112.000000" is kind, index, key bits, signs/s, verifies/s.
function parseSpeed(stdout: string, bits: number): number {
  const total = new RegExp(`^\\+F[0-9]+:[0-9]+:${bits}:([0-9.]+):`, 'm').exec(stdout)?.[1];
  if (total === undefined) throw new Error(`openssl speed printed no total:\n${stdout}`);
  return Number(total);
}
