import { useState, type SubmitEvent } from 'react';
import { linkIn, signIn, type Session } from '../api/session.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Failure } from '../parts/failure.tsx';
import { Logo } from './logo.tsx';

const COMMAND = 'npx hookmint console';

/** By a link that `npm start` or the CLI printed: opened, or pasted here. */
export function SignInForm({ onSignedIn, failure }: { onSignedIn: (session: Session) => void; failure?: unknown }) {
  const [text, setText] = useState('');
  const [error, setError] = useState<unknown>(failure);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const link = linkIn(text.trim());
    if (link === undefined) {
      setError(new Error('That is no link of the console.'));
      return;
    }
    try {
      onSignedIn(await signIn(link));
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <>
      {error !== undefined && <Failure what="Not signed in." error={error} />}
      <p>Signing in takes a link that works once. In the folder of hookmint, this prints one:</p>
      <div className="command">
        <code>{COMMAND}</code>
        <CopyButton text={COMMAND} />
      </div>
      <form className="field" onSubmit={(event) => void submit(event)}>
        <label htmlFor="link">Open the link, or paste it here</label>
        <input
          id="link"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <div>
          <button type="submit" className="button primary">
            Sign in
          </button>
        </div>
      </form>
    </>
  );
}

export function SignIn(props: Parameters<typeof SignInForm>[0]) {
  document.title = 'Sign in · hookmint';
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <span className="brand">
          <Logo /> hookmint
        </span>
        <h1>Sign in</h1>
        <SignInForm {...props} />
      </div>
    </main>
  );
}
