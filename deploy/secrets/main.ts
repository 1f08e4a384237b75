import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ensureCertificates } from '../local/certificates.ts';
import { loadSecrets } from '../local/local-secrets.ts';
import { composeFiles, kubernetesFiles } from './files.ts';

/**
 * Makes a deployment's secrets: `node deploy/local/start.js deploy/secrets/main.ts compose|kubernetes [FOLDER [TENANT]]`. What is in the
 * folder's secrets.json already stays as it is, and so does the bus's certificate of Compose until its last month, so that it can be called again; keep that file where backups of secrets belong.
 */
const [form, folder = 'deploy/compose/secrets', tenant = 'main'] = process.argv.slice(2);
if (form !== 'compose' && form !== 'kubernetes') {
  process.stderr.write(
    'Usage: node deploy/local/start.js deploy/secrets/main.ts compose|kubernetes [FOLDER [TENANT]]\n',
  );
  process.exitCode = 1;
} else {
  const dir = resolve(folder);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { secrets } = await loadSecrets(dir);
  const files = form === 'compose' ? composeFiles(secrets, tenant) : kubernetesFiles(secrets);
  for (const [name, text] of Object.entries(files)) {
    const file = join(dir, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
    // Each container is another user, and not even root may read what is not its own there. The folders keep others out.
    if (form === 'compose') chmodSync(file, 0o644);
  }
  if (form === 'compose') {
    const purpose = { name: 'nats', authority: 'hookmint bus CA', for: [{ type: 'dns', value: 'nats' }] } as const;
    const { keyFile } = await ensureCertificates(join(dir, 'tls'), purpose);
    // As with the files above.
    chmodSync(keyFile, 0o644);
  }
  process.stdout.write(
    `${String(Object.keys(files).length)} files in ${dir}; the first client's secret is in secrets.json\n`,
  );
}
