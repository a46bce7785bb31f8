import { useEffect, useMemo, useRef, useState } from 'react';
import { Graph } from '../../../parts/graph/graph.tsx';
import { useBuilder, useStatedProblems } from '../builder-state.tsx';
import { valueAt } from '../spec-document.ts';
import { StageFields } from './stage-fields.tsx';
import { STAGE_LINKS, STAGES, type StageId, stageNodes } from './stages.ts';
import './canvas.css';

/** The stage whose fields are shown, and the way to another. */
export type Chosen = {
  readonly stage: StageId;
  /** Counts choices, so that choosing a stage again leads to its fields again. */
  readonly times: number;
};

/** Begins where something is still needed. */
export function useChosenStage(): readonly [Chosen, (id: string) => void] {
  const { document } = useBuilder();
  const [chosen, setChosen] = useState<Chosen>(() => ({
    stage:
      STAGES.find(
        ({ needed }) => needed !== undefined && valueAt(document, needed.path) === undefined,
      )?.id ?? 'source',
    times: 0,
  }));
  const choose = (id: string) => {
    const stage = STAGES.find((one) => one.id === id);
    if (stage !== undefined) setChosen(({ times }) => ({ stage: stage.id, times: times + 1 }));
  };
  return [chosen, choose];
}

/** The experiment as the graph that its run will be; a stage leads to its part of the spec. */
export function Canvas({ chosen, onChoose }: { chosen: Chosen; onChoose: (id: string) => void }) {
  const { document } = useBuilder();
  const problems = useStatedProblems();
  const nodes = useMemo(() => stageNodes(document, problems), [document, problems]);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  const choosing = useMemo(
    () => ({ chosen: chosen.stage, onChoose: (id: string) => choose.current(id) }),
    [chosen.stage],
  );
  return (
    <div className="canvas">
      <Graph
        nodes={nodes}
        links={STAGE_LINKS}
        label="Stages of the experiment: choose one to change it"
        choosing={choosing}
        movedAs="experiment"
      />
    </div>
  );
}

/** The fields of the chosen stage, and the way to the stages beside it. */
export function StagePanel({
  chosen: { stage, times },
  onChoose,
}: {
  chosen: Chosen;
  onChoose: (id: string) => void;
}) {
  const head = useRef<HTMLHeadingElement>(null);
  const { document: spec } = useBuilder();
  const hasTable = valueAt(spec, ['data', 'source']) !== undefined;
  const place = STAGES.findIndex(({ id }) => id === stage);
  const [before, after] = [STAGES[place - 1], STAGES[place + 1]];
  useEffect(() => {
    // Who chose a stage goes on in its fields, which may lie below the screen.
    if (times > 0) head.current?.focus();
  }, [times]);
  return (
    <section className="section stage-panel" aria-labelledby="stage-title">
      <h2 id="stage-title" ref={head} tabIndex={-1}>
        {STAGES[place]?.meaning}
      </h2>
      {!hasTable && stage !== 'source' ? (
        <p className="small soft">Once there is a table, its columns are offered here.</p>
      ) : null}
      <div className="stack" key={stage}>
        <StageFields stage={stage} />
      </div>
      <div className="row">
        {before === undefined ? null : (
          <button type="button" className="button quiet" onClick={() => onChoose(before.id)}>
            <span aria-hidden="true">←</span> {before.id}
          </button>
        )}
        {after === undefined ? null : (
          <button type="button" className="button" onClick={() => onChoose(after.id)}>
            {after.id} <span aria-hidden="true">→</span>
          </button>
        )}
      </div>
    </section>
  );
}
