import type { z } from 'zod';
import type { Api, EndpointKey } from '../../contract/api.ts';

type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : never;

/** What an endpoint answers with as JSON, whatever the status of its success. */
export type Answer<Key extends EndpointKey> =
  | Output<Api[Key]['answer']>
  | (Api[Key] extends { readonly also: infer Also } ? Output<Also[keyof Also]> : never);

/** The things that the API answers with, by their names. */
export type RunSummary = Answer<'GET /runs'>['runs'][number];
export type RunDetail = Answer<'GET /runs/{run}'>;
export type RunState = RunDetail['state'];
export type ReportFacts = Answer<'GET /runs/{run}/report'>;
export type RetryPlan = Answer<'POST /runs/{run}/retry'>;
export type StageFacts = Answer<'GET /runs/{run}/stages'>['stages'][number];
export type PartitionCell = Answer<'GET /runs/{run}/partitions'>['partitions'][number];
export type RunChanges = Answer<'GET /runs/{run}/diff/{other}'>;
export type ComparedPartition =
  Answer<'GET /runs/{run}/diff/{other}/partitions'>['partitions'][number];
export type PartitionDetail = Answer<'GET /runs/{run}/partitions/{partition}'>;
export type AttemptFacts = Answer<'GET /runs/{run}/attempts'>['attempts'][number];
export type FailureGroup = Answer<'GET /runs/{run}/failures'>['failures'][number];
export type ModelCard = Answer<'GET /models/{model}'>;
export type ModelLineage = Answer<'GET /models/{model}/lineage'>;
export type ModelAnswer = Answer<'POST /models/{model}/predict'>['predictions'][number];
export type Predicted = Answer<'POST /predict/{run}'>['predictions'][number];
export type Alias = Answer<'GET /aliases'>['aliases'][number];
export type Catalogue = Answer<'GET /specs/catalogue'>;
export type Advice = Extract<Answer<'POST /advice'>, { state: 'done' }>['advice'];
export type Preview = Answer<'POST /sources/preview'>;
export type Snapshot = Answer<'GET /snapshots'>['snapshots'][number];
export type Schedule = Answer<'GET /schedules'>['schedules'][number];
export type Quarantine = Answer<'GET /quarantines'>['quarantines'][number];
export type AuditEvent = Answer<'GET /audit'>['events'][number];
