import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { createApi } from '../../api/apis.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { TextField } from '../../parts/fields.tsx';
import { Form, FormActions } from '../../parts/form.tsx';
import { ScopesField, type ScopeRow } from './scopes-field.tsx';

/** Registers an API with its scopes. */
export function NewApi({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [identifier, setIdentifier] = useState('');
  const [scopes, setScopes] = useState<readonly ScopeRow[]>([{ value: '', description: '' }]);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () => createApi({ name, identifier, scopes: scopes.filter(({ value }) => value !== '') }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['apis'] });
      go(`/apis/${encodeURIComponent(id)}`);
    },
  });
  return (
    <Dialog title="New API" onClose={onClose}>
      <Form what="No API was made." error={create.error} onSubmit={() => create.mutate()}>
        <TextField label="Name" path="name" isRequired value={name} onChange={setName} />
        <TextField
          label="Identifier"
          path="identifier"
          hint="The aud of its tokens, such as its URL. It cannot be changed later."
          placeholder="https://api.example.com/"
          isMono
          isRequired
          value={identifier}
          onChange={setIdentifier}
        />
        <ScopesField rows={scopes} onChange={setScopes} />
        <FormActions verb="Create" isBusy={create.isPending} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
