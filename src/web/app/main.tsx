import './style/index.css';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { isSignedOut, isUnanswered } from './api/ask.ts';
import { question } from './api/queries.ts';
import { applyStoredTheme } from './parts/theme.tsx';
import { router } from './router.tsx';
import { SignedIn } from './sign-in.tsx';

const session = question('GET /session', {});

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      const isAnswered = queryKey[0] === session.queryKey[0];
      // The session has ended meanwhile: ask again who we are, which shows the page to sign in.
      if (isSignedOut(error) && !isAnswered) void client.invalidateQueries(session);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // What the server says is final; only a network that went away may come back.
      retry: (count, error) => isUnanswered(error) && count < 2,
    },
  },
});

const place = document.getElementById('app');
if (place === null) throw new Error('The page has no place for the application.');
applyStoredTheme();
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <SignedIn session={session}>
        <RouterProvider router={router} />
      </SignedIn>
    </QueryClientProvider>
  </StrictMode>,
);
