import type { ReactNode } from 'react';
import {
  AlgorithmFields,
  EnsembleFields,
  ExplainFields,
  TuneFields,
  ValidateFields,
} from '../algorithm-section.tsx';
import { EngineerSteps } from '../engineer-steps.tsx';
import { HandleFields, RoleFields, SelectFields } from '../feature-section.tsx';
import { GlobalFields, LimitFields, RunFields } from '../limits-section.tsx';
import { PartitionFields } from '../partition-section.tsx';
import { JudgeFields, TargetFields } from '../question-section.tsx';
import { SourceFields } from '../source-section.tsx';
import type { StageId } from './stages.ts';

/** The fields of a stage: those of the form. */
export function StageFields({ stage }: { stage: StageId }): ReactNode {
  switch (stage) {
    case 'source':
      return <SourceFields />;
    case 'snapshot':
      return (
        <>
          <TargetFields />
          <RoleFields />
        </>
      );
    case 'condition':
      return <PartitionFields />;
    case 'features':
      return (
        <>
          <EngineerSteps />
          <HandleFields />
        </>
      );
    case 'select':
      return <SelectFields />;
    case 'train':
      return (
        <>
          <AlgorithmFields />
          <TuneFields />
          <EnsembleFields />
          <LimitFields />
        </>
      );
    case 'global':
      return <GlobalFields />;
    case 'evaluate':
      return (
        <>
          <ValidateFields />
          <ExplainFields />
        </>
      );
    case 'choose':
      return <JudgeFields />;
    case 'report':
      return <RunFields />;
  }
}
