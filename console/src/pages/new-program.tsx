import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { createAction } from '../api/actions.ts';
import { createHook } from '../api/hooks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { ACTION_TEMPLATES, HOOK_TEMPLATES } from './templates.ts';

const KINDS = {
  hook: {
    path: '/hooks',
    key: 'hooks',
    create: createHook,
    templates: HOOK_TEMPLATES,
    maxNameLength: 128,
    namePattern: String.raw`[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?`,
    nameHint: 'Letters, digits, spaces and hyphens',
    promise: 'It is not enabled before you say so.',
  },
  Action: {
    path: '/actions',
    key: 'actions',
    create: createAction,
    templates: ACTION_TEMPLATES,
    maxNameLength: 255,
    namePattern: undefined,
    nameHint: undefined,
    promise: 'No token is shaped by it before you deploy and bind it.',
  },
} as const;

export function NewProgram({ noun, onClose }: { noun: keyof typeof KINDS; onClose: () => void }) {
  const kind = KINDS[noun];
  const [name, setName] = useState('');
  const [template, setTemplate] = useState(0);
  const [, go] = useLocation();
  const queries = useQueryClient();
  const create = useMutation<{ id: string }>({
    mutationFn: () => kind.create(name, kind.templates[template]?.script ?? ''),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: [kind.key] });
      go(`${kind.path}/${id}`);
    },
  });
  return (
    <Dialog title={`New ${noun}`} onClose={onClose}>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        {create.isError && <Failure what={`The ${noun} was not made.`} error={create.error} />}
        <div className="field">
          <label htmlFor="program-name">Name</label>
          <input
            id="program-name"
            type="text"
            required
            maxLength={kind.maxNameLength}
            pattern={kind.namePattern}
            autoComplete="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          {kind.nameHint !== undefined && <span className="hint">{kind.nameHint}</span>}
        </div>
        <div className="field">
          <label htmlFor="program-template">Begin with</label>
          <select id="program-template" value={template} onChange={({ target }) => setTemplate(Number(target.value))}>
            {kind.templates.map(({ name: label }, index) => (
              <option key={label} value={index}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <p className="hint">{kind.promise}</p>
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
