import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apiQuery, apisQuery } from '../../api/apis.ts';
import { createGrant, updateGrant, type Grant } from '../../api/grants.ts';
import { changedClaims, ClaimsField, claimsText } from '../../parts/claims-field.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { CheckField, TextField } from '../../parts/fields.tsx';
import { Form, FormActions } from '../../parts/form.tsx';
import { useTell } from '../../parts/toasts.tsx';
import { ScopeChoice } from './scope-choice.tsx';

/** Lets a client ask tokens for an API, or changes for which scopes. */
export function EditGrant({
  clientId,
  grant,
  onClose,
}: {
  clientId: string;
  /** `undefined` for a new one. */
  grant?: Grant;
  onClose: () => void;
}) {
  const [audience, setAudience] = useState(grant?.audience ?? '');
  const [scope, setScope] = useState<ReadonlySet<string>>(() => new Set(grant?.scope));
  const [isAll, setAll] = useState(grant?.allow_all_scopes ?? false);
  const [claims, setClaims] = useState(() => claimsText(grant?.claims));
  const apis = useQuery({ ...apisQuery, enabled: grant === undefined });
  const listed = apis.data?.find(({ identifier }) => identifier === audience);
  // One that is none of the first hundred is asked for, once it is written.
  const [written, setWritten] = useState(audience);
  const isAsked = audience !== '' && written === audience && listed === undefined && !apis.isLoading;
  const found = useQuery({ ...apiQuery(audience), enabled: isAsked });
  const scopes = (listed ?? found.data)?.scopes.map(({ value }) => value) ?? grant?.scope ?? [];
  const queries = useQueryClient();
  const tell = useTell();
  const save = useMutation({
    mutationFn: () => {
      const what = {
        ...(isAll ? ({ allow_all_scopes: true } as const) : { scope: [...scope] }),
        ...changedClaims(claimsText(grant?.claims), claims),
      };
      return grant === undefined ? createGrant({ client_id: clientId, audience }, what) : updateGrant(grant.id, what);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['grants'] });
      tell('The grant is saved');
      onClose();
    },
  });
  return (
    <Dialog title={grant === undefined ? 'Grant an API' : `Grant for ${grant.audience}`} onClose={onClose}>
      <Form what="The grant is as it was." error={save.error} onSubmit={() => save.mutate()}>
        {grant === undefined && (
          <>
            <TextField
              label="API"
              path="audience"
              hint="Its identifier, the aud of the tokens"
              isMono
              isRequired
              list="apis"
              onLeave={() => setWritten(audience)}
              value={audience}
              onChange={(text) => {
                setAudience(text);
                setScope(new Set());
              }}
            />
            <datalist id="apis">
              {apis.data?.map(({ identifier, name }) => (
                <option key={identifier} value={identifier}>
                  {name}
                </option>
              ))}
            </datalist>
          </>
        )}
        <CheckField label="All scopes of the API, also those that it gets later" isChecked={isAll} onChange={setAll} />
        {!isAll && <ScopeChoice scopes={scopes} chosen={scope} onChange={setScope} />}
        <ClaimsField text={claims} onChange={setClaims} />
        <FormActions verb={grant === undefined ? 'Grant' : 'Save'} isBusy={save.isPending} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
