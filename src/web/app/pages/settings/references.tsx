import { useQuery } from '@tanstack/react-query';
import { countedText } from '../../../../report/number-text.ts';
import { question } from '../../api/queries.ts';
import { Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';

/** Where partitions are processed, and the databases and clusters that specs name by reference. */
export function References() {
  const service = useQuery(question('GET /service', {}));
  const references = useQuery(question('GET /references', { query: { limit: 500 } }));
  return (
    <div className="columns even">
      <Section
        title="Connections"
        note="Specs name databases and clusters by reference: the address, with its password, is a variable where the server runs."
      >
        <Answered query={references} wait="what specs refer to">
          {({ references: found }) =>
            found.length === 0 ? (
              <p>
                No spec refers to one yet. Write <code>{'${env:SOURCE_URL}'}</code> as the
                connection of a table, and start the server with that variable.
              </p>
            ) : (
              <dl className="facts">
                {found.map(({ of, reference, isSet }) => (
                  <div key={`${of} ${reference}`} className="pair-of-facts">
                    <dt>{of === 'source' ? 'database' : 'Spark'}</dt>
                    <dd>
                      <code>{reference}</code> <Setting isSet={isSet} />
                    </dd>
                  </div>
                ))}
              </dl>
            )
          }
        </Answered>
      </Section>
      <Section title="Engines" note="Both run the same code, so both give the same bytes.">
        <dl className="facts">
          <dt>local</dt>
          <dd>
            {service.data === undefined
              ? ''
              : `${countedText(service.data.threads, 'thread')} of this machine, unless a spec says otherwise`}
          </dd>
          <dt>spark</dt>
          <dd>
            a cluster that a spec names: <code>{'engine: { kind: spark, remote: … }'}</code>
          </dd>
        </dl>
      </Section>
    </div>
  );
}

function Setting({ isSet }: { isSet: boolean | null }) {
  if (isSet === null) return null;
  return isSet ? (
    <span className="pill good">set</span>
  ) : (
    <span className="pill bad">not set here</span>
  );
}
