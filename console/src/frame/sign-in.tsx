import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { linkIn, readWays, signIn, signInUrl, type Session, type Ways } from '../api/session.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Failure } from '../parts/failure.tsx';
import { Loading } from '../parts/loading.tsx';
import { Logo } from './logo.tsx';

const COMMAND = 'npx hookmint console';

type SignInProps = { onSignedIn: (session: Session) => void; failure?: unknown };

/** By the provider, where there is one, and by a link. */
export function SignInForm(props: SignInProps) {
  const ways = useQuery({ queryKey: ['ways'], queryFn: readWays });
  if (ways.isPending) return <Loading what="how to sign in" />;
  const provider = ways.data?.provider ?? undefined;
  return provider === undefined ? <LinkForm {...props} /> : <ProviderForm {...props} provider={provider} />;
}

function ProviderForm({ provider, ...props }: SignInProps & { provider: NonNullable<Ways['provider']> }) {
  const { name, is_reachable, sign_out_url } = provider;
  const hasSignedOut = new URLSearchParams(location.search).has('signed_out');
  if (!is_reachable) {
    return (
      <>
        <div className="failure" role="alert">
          <p>
            <strong>{name} cannot be reached.</strong> Who is signed in already goes on; a link signs in meanwhile.
          </p>
        </div>
        <LinkForm {...props} />
      </>
    );
  }
  return (
    <>
      {props.failure !== undefined && <Failure what="Not signed in." error={props.failure} />}
      {hasSignedOut && (
        <p>
          You are signed out of hookmint.
          {sign_out_url !== null && (
            <>
              {' '}
              <a href={sign_out_url}>Sign out of {name} too</a>
            </>
          )}
        </p>
      )}
      <p>
        <a className="button primary" href={signInUrl()}>
          Continue with {name}
        </a>
      </p>
      <details>
        <summary>Or by a link</summary>
        <LinkForm onSignedIn={props.onSignedIn} />
      </details>
    </>
  );
}

/** By a link that `npm start` or the CLI printed: opened, or pasted here. */
function LinkForm({ onSignedIn, failure }: SignInProps) {
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
