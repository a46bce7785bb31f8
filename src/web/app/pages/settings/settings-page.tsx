import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../../api/ask.ts';
import { question } from '../../api/queries.ts';
import { PageHead, Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { TemporalPages } from '../../parts/temporal-pages.tsx';
import { Doctor } from './doctor.tsx';
import { Integrity } from './integrity.tsx';
import { References } from './references.tsx';

/** What this server is, who one is here, and who changed what. */
export function SettingsPage() {
  const service = useQuery(question('GET /service', {}));
  const session = useQuery(question('GET /session', {}));
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => ask('DELETE /session', {}),
    onSettled: () => client.resetQueries(),
  });
  return (
    <>
      <PageHead title="System" />
      <div className="columns even">
        <Section title="Server">
          <Answered query={service} wait="what the server is">
            {({ name, version, folder, temporalUi }) => (
              <dl className="facts">
                <dt>program</dt>
                <dd>
                  {name} {version}
                </dd>
                <dt>folder</dt>
                <dd className="mono">{folder}</dd>
                <dt>workflows</dt>
                <dd>
                  {temporalUi === null ? (
                    'run on a Temporal server of your own'
                  ) : (
                    <TemporalPages
                      address={temporalUi}
                      otherwise="Temporal’s own pages are for the machine of the server alone"
                    >
                      Temporal’s own pages
                    </TemporalPages>
                  )}
                </dd>
              </dl>
            )}
          </Answered>
        </Section>
        <Section title="You">
          <Answered query={session} wait="who you are">
            {({ actor, role }) => (
              <div className="stack">
                <dl className="facts">
                  <dt>name</dt>
                  <dd>{actor}</dd>
                  <dt>may</dt>
                  <dd>{ROLES[role]}</dd>
                </dl>
                <div>
                  <button type="button" className="button" onClick={() => leave.mutate()}>
                    Sign out
                  </button>
                </div>
              </div>
            )}
          </Answered>
        </Section>
      </div>
      {session.data === undefined || session.data.role === 'viewer' ? null : <References />}
      {session.data?.role === 'admin' ? (
        <>
          <Doctor />
          <Integrity />
          <Section
            title="Who changed what"
            note="Everything that changes something: what was asked for, and what runs did by themselves."
          >
            <div>
              <Link to="/audit" className="button">
                Audit trail
              </Link>
            </div>
          </Section>
        </>
      ) : null}
    </>
  );
}

const ROLES = {
  viewer: 'look at everything',
  editor: 'look at everything, start and steer runs',
  admin: 'look at everything, start and steer runs, read the audit trail',
} as const;
