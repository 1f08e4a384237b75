import { useMutation, useQueryClient } from '@tanstack/react-query';
import { saveDraft, type DraftEdit } from '../../api/hooks.ts';
import { useTell } from '../../parts/toasts.tsx';

/** Saves settings as a draft, which is deployed as code is. */
export function useDraft(hookId: string, from: string) {
  const queries = useQueryClient();
  const tell = useTell();
  return useMutation({
    mutationFn: (edit: DraftEdit) => saveDraft(hookId, edit, from),
    onSuccess: async ({ number }) => {
      await queries.invalidateQueries({ queryKey: ['hooks'] });
      tell(`r${String(number)} is saved as a draft; deploy it from Code or Revisions`);
    },
  });
}
