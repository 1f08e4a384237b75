import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { createHook, hooksQuery } from '../api/hooks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';

const TEMPLATES = {
  claim: {
    name: 'Add a claim',
    script: `module.exports = function (client, scope, audience, context, cb) {
  cb(null, {
    scope: scope,
    'https://example.com/plan': client.metadata.plan || 'free',
  });
};
`,
  },
  refuse: {
    name: 'Refuse some clients',
    script: `module.exports = function (client, scope, audience, context, cb) {
  if (client.metadata.suspended === 'true') {
    return cb(new InvalidRequestError('The client is suspended'));
  }
  cb(null, { scope: scope });
};
`,
  },
  fetch: {
    name: 'Ask another service',
    script: `module.exports = async function (client, scope, audience, context, cb) {
  try {
    const response = await fetch('https://api.example.com/plans/' + encodeURIComponent(client.id), {
      headers: { authorization: 'Bearer ' + context.webtask.secrets.PLANS_TOKEN },
    });
    const plan = await response.json();
    cb(null, { scope: scope, 'https://example.com/plan': plan.name });
  } catch (error) {
    cb(error);
  }
};
`,
  },
} as const;
type Template = keyof typeof TEMPLATES;

export function NewHook({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [template, setTemplate] = useState<Template>('claim');
  const [, go] = useLocation();
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () => createHook(name, TEMPLATES[template].script),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries(hooksQuery);
      go(`/hooks/${id}`);
    },
  });
  return (
    <Dialog title="New hook" onClose={onClose}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        {create.isError && <Failure what="The hook was not made." error={create.error} />}
        <div className="field">
          <label htmlFor="hook-name">Name</label>
          <input
            id="hook-name"
            type="text"
            required
            maxLength={128}
            pattern="[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?"
            autoComplete="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <span className="hint">Letters, digits, spaces and hyphens</span>
        </div>
        <div className="field">
          <label htmlFor="hook-template">Begin with</label>
          <select id="hook-template" value={template} onChange={({ target }) => setTemplate(target.value as Template)}>
            {Object.entries(TEMPLATES).map(([value, { name: label }]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <p className="hint">It is not enabled before you say so.</p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={create.isPending}>
            {create.isPending ? 'Building…' : 'Create'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
