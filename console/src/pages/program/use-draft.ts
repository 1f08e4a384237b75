import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useProgramApi, type DraftEdit } from '../../api/programs.ts';
import { useTell } from '../../parts/toasts.tsx';

/** Saves settings as a draft, which is deployed as code is. */
export function useDraft(id: string, from: string) {
  const api = useProgramApi();
  const queries = useQueryClient();
  const tell = useTell();
  return useMutation({
    mutationFn: (edit: DraftEdit) => api.save(id, edit, from),
    onSuccess: async ({ number }) => {
      await queries.invalidateQueries({ queryKey: [api.key] });
      tell(`${api.prefix}${String(number)} is saved as a draft; deploy it from Code or Revisions`);
    },
  });
}
