import { useState } from 'react';
import type { Policies as Policy, Program } from '../../api/programs.ts';
import { useMay } from '../../frame/signed-in.ts';
import { Failure } from '../../parts/failure.tsx';
import { linesOf } from '../../words/lines.ts';
import { useDraft } from './use-draft.ts';

type Limits = NonNullable<Policy['limits']>;

const LIMITS: readonly { name: keyof Limits; label: string; unit: string }[] = [
  { name: 'cpu_ms', label: 'CPU time', unit: 'ms' },
  { name: 'wall_ms', label: 'Time', unit: 'ms' },
  { name: 'heap_mib', label: 'Memory', unit: 'MiB' },
  { name: 'network_calls', label: 'Requests', unit: 'a run' },
  { name: 'result_bytes', label: 'Result', unit: 'bytes' },
  { name: 'console_bytes', label: 'Console', unit: 'bytes' },
];

/** Nothing written is no limit of its own. */
function withLimit(limits: Limits, name: keyof Limits, value: number): Limits {
  const others = Object.entries(limits).filter(([other]) => other !== name);
  return { ...Object.fromEntries(others), ...(Number.isNaN(value) ? {} : { [name]: value }) };
}

/** What a run may use, where its requests may go, and what becomes of a token when it fails. */
export function Policies({ program, from, policies }: { program: Program; from: string; policies: Policy }) {
  const { may, reason } = useMay('update:hooks');
  const [limits, setLimits] = useState<Limits>(policies.limits ?? {});
  const [addresses, setAddresses] = useState((policies.egress?.allowed_addresses ?? []).join('\n'));
  const [hosts, setHosts] = useState((policies.egress?.allowed_hosts ?? []).join('\n'));
  const [onFailure, setOnFailure] = useState(policies.on_failure ?? 'deny');
  const [isolation, setIsolation] = useState(policies.isolation ?? 'shared');
  const draft = useDraft(program.id, from);
  const save = (): void => {
    const allowed_hosts = linesOf(hosts);
    const egress = { allowed_addresses: linesOf(addresses), ...(allowed_hosts.length === 0 ? {} : { allowed_hosts }) };
    draft.mutate({ hookmint: { limits, egress, on_failure: onFailure, isolation } });
  };
  return (
    <section className="card" aria-labelledby="policies">
      <div className="card-head">
        <h2 id="policies">How it runs</h2>
        <p className="hint">At a limit the run is stopped, and counts as failed.</p>
      </div>
      {draft.error !== null && <Failure what="The settings are as they were." error={draft.error} />}
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <div className="form-grid">
          {LIMITS.map(({ name, label, unit }) => (
            <div key={name} className="field">
              <label htmlFor={`limit-${name}`}>
                {label} <span className="hint">{unit}</span>
              </label>
              <input
                id={`limit-${name}`}
                type="number"
                className="number"
                min={0}
                placeholder="as usual"
                value={limits[name] ?? ''}
                onChange={({ target }) => setLimits((now) => withLimit(now, name, target.valueAsNumber))}
              />
            </div>
          ))}
        </div>
        <div className="form-grid">
          <div className="field">
            <label htmlFor="egress-hosts">Hosts it may reach</label>
            <textarea
              id="egress-hosts"
              className="mono"
              spellCheck={false}
              value={hosts}
              onChange={({ target }) => setHosts(target.value)}
            />
            <span className="hint">One a line; empty: any public host</span>
          </div>
          <div className="field">
            <label htmlFor="egress-addresses">Addresses beside the public ones</label>
            <textarea
              id="egress-addresses"
              className="mono"
              spellCheck={false}
              value={addresses}
              onChange={({ target }) => setAddresses(target.value)}
            />
            <span className="hint">One CIDR range a line, such as 10.1.0.0/16</span>
          </div>
        </div>
        <div className="form-grid">
          <div className="field">
            <label htmlFor="on-failure">When it fails</label>
            <select
              id="on-failure"
              value={onFailure}
              onChange={({ target }) => setOnFailure(target.value as typeof onFailure)}
            >
              <option value="deny">No token is issued</option>
              <option value="issue_unmodified">The token goes out unshaped, and is marked in the log</option>
            </select>
          </div>
          <div className="field">
            <label htmlFor="isolation">Processes</label>
            <select
              id="isolation"
              value={isolation}
              onChange={({ target }) => setIsolation(target.value as typeof isolation)}
            >
              <option value="shared">Shared with other hooks</option>
              <option value="process">No other hook in its processes</option>
            </select>
          </div>
        </div>
        <div>
          <button type="submit" className="button" disabled={!may || draft.isPending} title={reason}>
            Save as a draft
          </button>
        </div>
      </form>
    </section>
  );
}
