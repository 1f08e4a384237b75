import { Link } from 'wouter';
import type { Program, RevisionEntry } from '../../../api/programs.ts';
import { GradualCard } from './gradual-card.tsx';
import { ShadowCard } from './shadow-card.tsx';

/** How another revision comes to clients: beside the deployed one first, then for a part of them. */
export default function RolloutTab({ program, revisions }: { program: Program; revisions: readonly RevisionEntry[] }) {
  const deployed = revisions.find(({ current }) => current);
  const others = revisions.filter(({ current }) => !current);
  const isReady = program.isActive && deployed !== undefined && others.length > 0;
  return (
    <div className="page">
      {!program.isActive && (
        <div className="empty">
          <h2>The hook shapes no token</h2>
          <p>
            Enable it first: what a new revision does is then compared with what it does now, or tried on a few clients.
          </p>
        </div>
      )}
      {program.isActive && others.length === 0 && (
        <div className="empty">
          <h2>There is no other revision yet</h2>
          <p>
            Change the <Link href={`/hooks/${program.id}`}>code</Link> and save it as a draft. Then it can run beside
            what is deployed, or shape the tokens of a few clients first.
          </p>
        </div>
      )}
      <GradualCard program={program} revisions={revisions} isReady={isReady} />
      <ShadowCard program={program} revisions={revisions} isReady={isReady} />
    </div>
  );
}
