/** What a hook or an Action does now. */
export function StatusChip({
  noun,
  isActive,
  script,
}: {
  noun: 'hook' | 'Action';
  isActive: boolean;
  script: string | undefined;
}) {
  if (isActive) return <span className="chip good">● shapes every token</span>;
  if (script === undefined) return <span className="chip warn">◐ never deployed</span>;
  return <span className="chip">○ {noun === 'hook' ? 'not enabled' : 'not bound'}</span>;
}
