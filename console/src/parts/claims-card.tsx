import { shown } from '../words/shown.ts';
import type { Claims } from './claims-field.tsx';
import { Table } from './table.tsx';

/** Claims without code; nothing where there are none. */
export const ClaimsCard = ({ claims }: { claims: Claims | null | undefined }) =>
  claims === null || claims === undefined ? null : (
    <section className="card" aria-labelledby="claims">
      <h2 id="claims">Claims without code</h2>
      <Table columns={['Claim', 'Value']}>
        {Object.entries(claims).map(([name, value]) => (
          <tr key={name}>
            <td className="breaks">{shown(name)}</td>
            <td className="breaks">
              <code>{shown(JSON.stringify(value))}</code>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
