import { readFile } from 'node:fs/promises';

/** The Linux distribution as a suffix, such as `-debian12`; empty elsewhere and where it does not say. */
export async function distribution(file = '/etc/os-release'): Promise<string> {
  if (process.platform !== 'linux') return '';
  const text = await readFile(file, 'utf8').catch(() => '');
  const field = (name: string): string => new RegExp(`^${name}="?([\\w.-]+)"?$`, 'm').exec(text)?.[1] ?? '';
  const name = `${field('ID')}${field('VERSION_ID')}`;
  return name === '' ? '' : `-${name}`;
}
