import type { RevisionEntry } from '../../../api/programs.ts';
import { ChoiceField } from '../../../parts/fields.tsx';
import { ago } from '../../../words/time.ts';

/** Which revision of the history, the newest first: not the one that is deployed. */
export const RevisionField = ({
  revisions,
  value,
  onChange,
}: {
  revisions: readonly RevisionEntry[];
  value: string;
  onChange: (revision: string) => void;
}) => (
  <ChoiceField
    label="Revision"
    path="revision"
    value={value}
    options={revisions
      .filter(({ current }) => !current)
      .map(({ revision, number, draft, created_at }) => [
        revision,
        `r${String(number)}${draft ? ', the draft' : ''}, ${ago(created_at)}`,
      ])}
    onChange={onChange}
  />
);

/** The draft, or else the newest: what somebody has just written is what they try. */
export const newestOther = (revisions: readonly RevisionEntry[]): string =>
  (revisions.find(({ draft }) => draft) ?? revisions.find(({ current }) => !current))?.revision ?? '';
