import { shown } from '../words/shown.ts';
import type { Claims } from './claims-field.tsx';
import { Facts } from './facts.tsx';

/** Claims without code; nothing where there are none. */
export const ClaimsCard = ({ claims }: { claims: Claims | null | undefined }) =>
  claims === null || claims === undefined ? null : (
    <section className="card" aria-labelledby="claims">
      <h2 id="claims">Claims without code</h2>
      <Facts
        facts={Object.entries(claims).map(
          ([name, value]) => [shown(name), <code>{shown(JSON.stringify(value))}</code>] as const,
        )}
      />
    </section>
  );
