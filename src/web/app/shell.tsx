import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { ThemeButton } from './parts/theme.tsx';

/** `rest`: seen where there is room, and read out everywhere. */
const PLACES = [
  { to: '/', label: 'Runs', rest: '' },
  { to: '/new', label: 'New', rest: ' experiment' },
  { to: '/data', label: 'Data', rest: '' },
  { to: '/in-use', label: 'In\u00a0use', rest: '' },
  { to: '/settings', label: 'System', rest: '' },
] as const;

/** What every page stands in: the bar on top, and the page itself. */
export function Shell() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const main = useRef<HTMLElement>(null);
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    // A screen reader begins to read the new page, and Tab goes on from its top.
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="bar">
        <div className="bar-inner">
          <Link to="/" className="brand" aria-label="Partita, home">
            <Mark />
            <span>Partita</span>
          </Link>
          <nav aria-label="Pages">
            {PLACES.map(({ to, label, rest }) => (
              <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
                {label}
                <span className="rest">{rest}</span>
              </Link>
            ))}
          </nav>
          <ThemeButton />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

/** A whole in unequal parts, one of them on its own. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="currentColor">
      <rect x="3" y="3" width="15" height="17" rx="2.5" />
      <rect className="own" x="20" y="3" width="9" height="9" rx="2.5" fill="var(--own)" />
      <rect x="20" y="14" width="9" height="15" rx="2.5" />
      <rect x="3" y="22" width="7" height="7" rx="2.5" />
      <rect x="12" y="22" width="6" height="7" rx="2.5" />
    </svg>
  );
}
