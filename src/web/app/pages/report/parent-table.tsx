import { Link } from '@tanstack/react-router';
import { countText, scoreText, signedText } from '../../../../report/number-text.ts';
import type { ReportFacts } from '../../api/answers.ts';
import { Listed, type ListedColumn } from '../../parts/listed.tsx';
import { Section } from '../../parts/page.tsx';
import { AnswerTag } from '../../parts/pill.tsx';

/** The models between those of partitions and the one without partition, where they were asked for. */
export function ParentTable({ facts: { parents, spec } }: { facts: ReportFacts }) {
  if (parents === undefined) return null;
  const key = spec.partition.parents?.join(' / ') ?? '';
  return (
    <Section
      title={`Partitions taken together by ${key}`}
      note="A parent's model answers for its partitions where it is clearly better than the model without partition, unless their own are clearly better still."
      id="parents"
    >
      <Listed
        label="Parents"
        entries={parents}
        columns={columnsOf(key)}
        keyOf={({ name }) => name}
        frame="framed"
      />
    </Section>
  );
}

type Parent = NonNullable<ReportFacts['parents']>[number];

function columnsOf(key: string): readonly ListedColumn<Parent>[] {
  return [
    { head: key, isName: true, className: 'name', of: ({ name }) => name },
    { head: 'rows', isNumber: true, of: ({ rows }) => countText(rows) },
    { head: 'answers', of: (parent) => <AnswerTag {...parent} /> },
    { head: 'best model', of: (parent) => <BestModel parent={parent} /> },
    {
      head: 'global, nested',
      label: 'global',
      isNumber: true,
      of: ({ global }) => scoreText(global?.nested),
    },
    {
      head: 'parent, nested',
      label: 'parent',
      isNumber: true,
      of: ({ own }) => scoreText(own?.nested),
    },
    {
      head: 'parent ahead by',
      label: 'ahead by',
      isNumber: true,
      of: ({ difference, own }) => signedText(difference, own?.cv.value),
    },
  ];
}

function BestModel({ parent: { ownModel, algorithm } }: { parent: Parent }) {
  if (ownModel === null) return <span className="soft">none</span>;
  return (
    <Link to="/models/$model" params={{ model: ownModel }}>
      {algorithm}
    </Link>
  );
}
