import { useProgramApi, type RevisionEntry } from '../../api/programs.ts';

/** Of a revision that shapes a part of the tokens, or did and returned by itself. */
export function GradualChip({ entry: { number, gradual } }: { entry: RevisionEntry }) {
  const { prefix } = useProgramApi();
  if (gradual === undefined) return null;
  const name = `${prefix}${String(number)}`;
  if (gradual.state === 'on') {
    const { percent, client_ids } = gradual;
    const named = client_ids === 0 ? [] : [`${String(client_ids)} named`];
    const share = percent === 0 ? [] : [`${String(percent)} % of the clients`];
    return (
      <span className="chip warn">
        {name} for {[...share, ...named].join(' and ')}
      </span>
    );
  }
  if (gradual.state !== 'returned' || gradual.reason === undefined) return null;
  return (
    <span className="chip bad" title={gradual.reason}>
      {name} returned by itself
    </span>
  );
}

/** Of a revision that runs beside the deployed one, and shapes nothing. */
export function ShadowChip({ entry: { number, shadow } }: { entry: RevisionEntry }) {
  const { prefix } = useProgramApi();
  if (shadow === undefined) return null;
  return (
    <span className="chip">
      {prefix}
      {number} runs beside, {shadow.percent} %
    </span>
  );
}
