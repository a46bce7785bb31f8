import { Link } from '@tanstack/react-router';
import { percentText } from '../../../../report/number-text.ts';
import type { ModelLineage } from '../../api/answers.ts';
import { PageHead, Section } from '../../parts/page.tsx';
import { shortDigest } from './digest-text.ts';
import { Makings } from './makings.tsx';

type Parts = NonNullable<ModelLineage['blend']>;

/** Several models that answer together: which, how much of each, how they came to be and for whom they answer. */
export function BlendPage({ lineage, parts }: { lineage: ModelLineage; parts: Parts }) {
  return (
    <>
      <PageHead title={`blend · ${shortDigest(lineage.model)}`} crumbs={<Link to="/">Runs</Link>}>
        <p className="soft">
          Its models answer together: what each says counts as much as held-out rows spoke for it.
        </p>
      </PageHead>
      <Section title="Its models">
        <dl className="facts">
          {parts.map(({ rung, model, weight }) => (
            <div key={model}>
              <dt>
                {percentText(weight)} {rung}
              </dt>
              <dd className="mono">
                <Link to="/models/$model" params={{ model }}>
                  {model}
                </Link>
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      <Makings lineage={lineage} />
    </>
  );
}
