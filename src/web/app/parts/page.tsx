import { type ReactNode, useEffect } from 'react';

/** The head of a page: where it stands, its name, what can be done; sets the window's title. */
export function PageHead({
  title,
  crumbs,
  badge,
  children,
  actions,
}: {
  title: string;
  crumbs?: ReactNode;
  badge?: ReactNode;
  /** One or two sentences below the title. */
  children?: ReactNode;
  actions?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Partita`;
  }, [title]);
  return (
    <div className="head">
      <div>
        {crumbs === undefined ? null : <div className="crumbs">{crumbs}</div>}
        <div className="title">
          <h1>{title}</h1>
          {badge}
        </div>
        {children}
      </div>
      {actions === undefined ? null : <div className="row">{actions}</div>}
    </div>
  );
}

export function Section({
  title,
  id,
  note,
  aside,
  children,
}: {
  title: string;
  id?: string;
  note?: ReactNode;
  /** Stands at the end of the title's line. */
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="section" {...(id === undefined ? {} : { id })}>
      <div className="row between">
        <h2>{title}</h2>
        {aside}
      </div>
      {note === undefined ? null : <p className="small soft">{note}</p>}
      {children}
    </section>
  );
}
