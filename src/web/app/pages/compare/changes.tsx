import { useQuery } from '@tanstack/react-query';
import type { Json } from '../../../../domain/json.ts';
import type { RunChanges, RunDetail } from '../../api/answers.ts';
import { question } from '../../api/queries.ts';
import { jsonText } from '../../parts/json-text.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { Section } from '../../parts/page.tsx';
import { Answered } from '../../parts/states.tsx';
import { agreementText, sameText } from './change-words.ts';
import { OnlyIn } from './only-in.tsx';

/** What two runs were made of, where that differs, and on how many partitions they agree. */
export function Changes({ before, after }: { before: RunDetail; after: RunDetail }) {
  const params = { run: before.runId, other: after.runId };
  const query = useQuery(question('GET /runs/{run}/diff/{other}', { params }));
  return (
    <Answered query={query} wait="what is different">
      {({ changed, partitions }) => (
        <>
          <Section title="What is different">
            <ChangedFields
              changed={changed}
              same={sameText(partitions, before.snapshot !== null && after.snapshot !== null)}
            />
            <p className="small soft">{agreementText(partitions)}</p>
          </Section>
          {partitions.onlyA === 0 ? null : (
            <OnlyIn name="A" run={before} other={after} count={partitions.onlyA} />
          )}
          {partitions.onlyB === 0 ? null : (
            <OnlyIn name="B" run={after} other={before} count={partitions.onlyB} />
          )}
        </>
      )}
    </Answered>
  );
}

/** What a group of fields is of, before their names. */
const GROUPS = [
  { group: 'data', of: 'rows: ' },
  { group: 'spec', of: '' },
  { group: 'code', of: 'code: ' },
  { group: 'environment', of: 'machine: ' },
] as const satisfies readonly { readonly group: keyof RunChanges['changed']; of: string }[];

function ChangedFields({
  changed,
  same,
}: Pick<RunChanges, 'changed'> & {
  /** What is said where nothing is. */
  same: string;
}) {
  const fields = GROUPS.flatMap(({ group, of }) =>
    Object.entries(changed[group]).map(([field, values]) => ({ field: `${of}${field}`, values })),
  );
  if (fields.length === 0) return <p>{same}</p>;
  return (
    <Listed
      label="What is different"
      entries={fields}
      columns={COLUMNS}
      keyOf={({ field }) => field}
    />
  );
}

type Field = { readonly field: string; readonly values: readonly [a: Json, b: Json] };

const COLUMNS: readonly ListedColumn<Field>[] = [
  { head: 'field', isName: true, className: 'name', of: ({ field }) => field },
  { head: 'A', className: 'name', of: ({ values: [value] }) => valueText(value) },
  { head: 'B', className: 'name', of: ({ values: [, value] }) => valueText(value) },
];

function valueText(value: Json): string {
  return value === null ? '–' : jsonText(value);
}
