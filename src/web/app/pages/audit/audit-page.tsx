import { Link } from '@tanstack/react-router';
import { addressOf } from '../../api/ask.ts';
import { PageHead } from '../../parts/page.tsx';
import { AuditEvents } from './audit-events.tsx';
import { Verification } from './verification.tsx';

/** Who changed what: filtered, checked, and taken away as a file. */
export function AuditPage() {
  return (
    <>
      <PageHead
        title="Audit trail"
        crumbs={<Link to="/settings">System</Link>}
        actions={
          <a className="button" href={addressOf('GET /audit/export', {})} download>
            Export
          </a>
        }
      >
        <p className="soft">
          Everything that changes something: what was asked for, and what runs did by themselves.
          Each event holds the hash of the one before it; an export can be checked without this
          server.
        </p>
      </PageHead>
      <Verification />
      <AuditEvents />
    </>
  );
}
