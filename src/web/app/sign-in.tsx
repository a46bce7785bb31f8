import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { ask, isSignedOut } from './api/ask.ts';
import { question } from './api/queries.ts';
import { Field } from './parts/field.tsx';
import { ProblemNotice } from './parts/states.tsx';

/** The application for those whom the server knows; for others, where to get in. */
export function SignedIn({
  session,
  children,
}: {
  session: ReturnType<typeof question<'GET /session'>>;
  children: ReactNode;
}) {
  const { data, error } = useQuery(session);
  if (data !== undefined && error === null) return children;
  if (error === null) return null;
  return <main>{isSignedOut(error) ? <SignIn /> : <ProblemNotice error={error} />}</main>;
}

function SignIn() {
  const id = useId();
  const client = useQueryClient();
  const [token, setToken] = useState('');
  const enter = useMutation({
    mutationFn: () => ask('POST /session', { body: { token: token.trim() } }),
    onSuccess: () => client.resetQueries(),
  });
  return (
    <form
      className="stack sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        enter.mutate();
      }}
    >
      <h1>Sign in to Partita</h1>
      <p className="soft">
        Open the link that <code>partita serve</code> printed in its terminal, or paste a token
        here.
      </p>
      <Field id={id} label="Token" problem={enter.error?.message}>
        {(props) => (
          <input
            {...props}
            type="password"
            autoComplete="current-password"
            required
            value={token}
            onChange={({ target }) => setToken(target.value)}
          />
        )}
      </Field>
      <div>
        <button type="submit" className="button main" disabled={enter.isPending}>
          Sign in
        </button>
      </div>
    </form>
  );
}
