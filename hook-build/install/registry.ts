import { setTimeout as sleep } from 'node:timers/promises';
import ssri from 'ssri';
import { HookBuildError } from '../errors.ts';
import {
  MAX_MODULES_ASKED,
  MAX_PACKUMENT_BYTES,
  MAX_REDIRECTS,
  MAX_REQUESTS_AT_ONCE,
  MAX_TARBALL_BYTES,
  REQUEST_TIMEOUT_MS,
} from '../limits.ts';
import { authorizationFor, registryOf, type RegistrySettings } from './registry-settings.ts';

const PACKUMENT_TYPES = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8';
const PUBLIC_REGISTRY_HOST = 'registry.npmjs.org';
const RETRY_AFTER_MS = 1_000;

/** The parts of the registry's answer that a build uses, unchanged. */
export interface Packument {
  name?: unknown;
  versions: Record<string, unknown>;
  'dist-tags'?: unknown;
}

/**
 * The only place where a build uses the network: it fetches modules and tarballs, both only from the configured registry.
 */
export class Registry {
  readonly #settings: RegistrySettings;
  readonly #packuments = new Map<string, Promise<Packument>>();
  readonly #waiting: (() => void)[] = [];
  #free = MAX_REQUESTS_AT_ONCE;

  constructor(settings: RegistrySettings) {
    this.#settings = settings;
  }

  /** @throws {HookBuildError} `module_unavailable`, `registry_unreachable`, `registry_failed`, `module_refused`, `modules_too_large` */
  packument(name: string): Promise<Packument> {
    let packument = this.#packuments.get(name);
    if (packument === undefined) {
      if (this.#packuments.size >= MAX_MODULES_ASKED) {
        const message = `the modules of the hook need more than ${String(MAX_MODULES_ASKED)} modules of the registry`;
        throw new HookBuildError('modules_too_large', message, { module: name });
      }
      const url = new URL(name.replace('/', '%2f'), registryOf(this.#settings, name));
      packument = this.#get(url, name, MAX_PACKUMENT_BYTES).then((body) => parsePackument(body, name));
      this.#packuments.set(name, packument);
    }
    return packument;
  }

  /**
   * Where a tarball can be fetched, if that is at the registry.
   * @throws {HookBuildError} `module_refused`
   */
  tarballUrl(name: string, told: unknown): string {
    const registry = registryOf(this.#settings, name);
    const url = typeof told === 'string' ? URL.parse(told, registry) : null;
    if (url === null) throw refused(name, 'the registry names no tarball');
    // Mirrors often pass on what the public registry says of itself; npm reads it the same way.
    if (url.hostname === PUBLIC_REGISTRY_HOST) {
      url.protocol = registry.protocol;
      url.host = registry.host;
      url.port = registry.port;
    }
    if (url.origin !== registry.origin || url.username !== '' || url.password !== '') {
      throw refused(name, 'its tarball is not at the registry');
    }
    return url.href;
  }

  /** @throws {HookBuildError} as {@link packument}, and `module_damaged` */
  async tarball(name: string, url: string, integrity: string): Promise<Buffer> {
    const tarball = await this.#get(new URL(this.tarballUrl(name, url)), name, MAX_TARBALL_BYTES);
    if (ssri.checkData(tarball, integrity) === false) {
      const message = `the tarball of the module "${name}" does not match its integrity`;
      throw new HookBuildError('module_damaged', message, { module: name });
    }
    return tarball;
  }

  async #get(url: URL, name: string, maxBytes: number): Promise<Buffer> {
    await this.#takeTurn();
    try {
      return await this.#request(url, name, maxBytes).catch(async (error: unknown) => {
        if (!(error instanceof HookBuildError) || error.code !== 'registry_unreachable') throw error;
        await sleep(RETRY_AFTER_MS);
        return this.#request(url, name, maxBytes);
      });
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  async #takeTurn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free--;
  }

  async #request(start: URL, name: string, maxBytes: number): Promise<Buffer> {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    let url = start;
    try {
      for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const authorization = authorizationFor(this.#settings, url);
        const response = await fetch(url, {
          headers: { accept: PACKUMENT_TYPES, ...(authorization === undefined ? {} : { authorization }) },
          redirect: 'manual',
          signal,
        });
        const location = response.headers.get('location');
        if (response.status < 300 || response.status > 399 || location === null) {
          return await bodyOf(response, name, maxBytes);
        }
        await response.body?.cancel();
        const next = URL.parse(location, url);
        if (next?.origin !== start.origin) throw refused(name, 'the registry redirects to another host');
        url = next;
      }
    } catch (error) {
      if (error instanceof HookBuildError) throw error;
      const message = `the npm registry cannot be reached for the module "${name}" (${reasonOf(error)})`;
      throw new HookBuildError('registry_unreachable', message, { module: name, cause: error });
    }
    throw refused(name, 'the registry redirects in a circle');
  }
}

async function bodyOf(response: Response, name: string, maxBytes: number): Promise<Buffer> {
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    const told = `(${String(status)} of the registry)`;
    if (status >= 500 || status === 429) {
      const message = `the npm registry cannot be reached for the module "${name}" ${told}`;
      throw new HookBuildError('registry_unreachable', message, { module: name });
    }
    const message = `the registry does not serve the module "${name}" ${told}`;
    throw new HookBuildError('module_unavailable', message, { module: name });
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      const message = `the registry's answer for the module "${name}" is too large for a build`;
      throw new HookBuildError('modules_too_large', message, { module: name });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsePackument(body: Buffer, name: string): Packument {
  try {
    const packument = JSON.parse(body.toString()) as { versions?: object | null } | null;
    if (typeof packument?.versions === 'object' && packument.versions !== null) return packument as Packument;
  } catch {
    // As any other answer that is not a module.
  }
  const message = `the registry's answer for the module "${name}" is not a module`;
  throw new HookBuildError('registry_failed', message, { module: name });
}

/** A system's code only: its words may have addresses. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown; errors?: { code?: unknown }[] } };
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'failed';
}

export function refused(name: string, why: string): HookBuildError {
  return new HookBuildError('module_refused', `the module "${name}" is refused: ${why}`, { module: name });
}
