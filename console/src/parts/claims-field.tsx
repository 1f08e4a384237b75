import { Field } from './form.tsx';

/** Claims without code, as JSON: what is no object of JSON keeps the form from being sent. */
export const ClaimsField = ({ text, onChange }: { text: string; onChange: (text: string) => void }) => (
  <Field
    label="Claims of its tokens, as JSON"
    path="claims"
    hint="In every token, without code; hooks and Actions may set them anew."
  >
    {(props) => (
      <textarea
        {...props}
        className="mono"
        rows={4}
        spellCheck={false}
        placeholder={'{ "https://example.com/plan": "{{client.metadata.plan}}" }'}
        value={text}
        ref={(field) => field?.setCustomValidity(claimsIn(text) === undefined ? 'Write an object of JSON.' : '')}
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
);

export type Claims = Readonly<Record<string, unknown>>;

/** As somebody edits them; nothing for none. */
export const claimsText = (claims: Claims | null | undefined): string =>
  claims === null || claims === undefined ? '' : JSON.stringify(claims, null, 2);

/** What the text says: `null` for no claims, `undefined` for what is no object of JSON. */
export function claimsIn(text: string): Claims | null | undefined {
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** The member of an update, where the text was changed. */
export const changedClaims = (before: string, after: string): { claims?: Claims | null } =>
  before === after ? {} : { claims: claimsIn(after) ?? null };
