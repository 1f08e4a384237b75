import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { createClient } from '../../api/clients.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { ChoiceField, TextField } from '../../parts/fields.tsx';
import { Field, Form, FormActions } from '../../parts/form.tsx';
import { SecretOnce } from '../../parts/secret-once.tsx';

const METHODS = [
  ['client_secret_post', 'Client secret, in the body'],
  ['client_secret_basic', 'Client secret, in the header'],
  ['private_key_jwt', 'Private key (JWT)'],
] as const;
const ALGORITHMS = ['RS256', 'RS384', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA', 'Ed25519'] as const;

type Draft = { name: string; method: (typeof METHODS)[number][0]; pem: string; alg: (typeof ALGORITHMS)[number] };

/** A program that asks for tokens itself: any other kind gets none here. */
const bodyOf = ({ name, method, pem, alg }: Draft): object => ({
  name,
  app_type: 'non_interactive',
  grant_types: ['client_credentials'],
  ...(method === 'private_key_jwt'
    ? { client_authentication_methods: { private_key_jwt: { credentials: [{ pem, alg }] } } }
    : { token_endpoint_auth_method: method }),
});

/** Makes a client; its secret is shown once, and then its page. */
export function NewClient({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>({ name: '', method: 'client_secret_post', pem: '', alg: 'RS256' });
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const [, go] = useLocation();
  const queries = useQueryClient();
  const open = (id: string): void => go(`/clients/${encodeURIComponent(id)}`);
  // Of no cache: the secret leaves with the dialog.
  const create = useMutation({
    mutationFn: () => createClient(bodyOf(draft)),
    gcTime: 0,
    onSuccess: async ({ client_id = '', client_secret }) => {
      await queries.invalidateQueries({ queryKey: ['clients'] });
      if (client_secret === undefined) open(client_id);
    },
  });
  const { client_id = '', client_secret } = create.data ?? {};
  if (client_secret !== undefined) {
    return <SecretOnce title={`The secret of ${draft.name}`} secret={client_secret} onClose={() => open(client_id)} />;
  }
  return (
    <Dialog title="New client" onClose={onClose}>
      <Form what="No client was made." error={create.error} onSubmit={() => create.mutate()}>
        <TextField label="Name" path="name" isRequired value={draft.name} onChange={(name) => change({ name })} />
        <ChoiceField
          label="It proves who it is by"
          path="token_endpoint_auth_method"
          value={draft.method}
          options={METHODS}
          onChange={(method) => change({ method })}
        />
        {draft.method === 'private_key_jwt' && (
          <>
            <Field
              label="Its public key"
              path="pem"
              hint="PEM, or a certificate. The private key stays with the client."
            >
              {(props) => (
                <textarea
                  {...props}
                  className="mono"
                  required
                  rows={6}
                  spellCheck={false}
                  placeholder="-----BEGIN PUBLIC KEY-----"
                  value={draft.pem}
                  onChange={({ target }) => change({ pem: target.value })}
                />
              )}
            </Field>
            <ChoiceField
              label="Algorithm"
              path="alg"
              value={draft.alg}
              options={ALGORITHMS.map((alg) => [alg, alg] as const)}
              onChange={(alg) => change({ alg })}
            />
          </>
        )}
        <p className="hint">It gets tokens once an API is granted to it.</p>
        <FormActions verb="Create" isBusy={create.isPending} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
