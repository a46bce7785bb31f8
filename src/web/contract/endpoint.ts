import type { z } from 'zod';
import type { RunResult } from '../../domain/result.ts';
import type { RunComparison } from '../../operations/compare-runs.ts';
import type { Drift, DriftedPartition } from '../../operations/drifted-partitions.ts';
import type { Reproduction } from '../../operations/reproduction.ts';
import type { ReportFacts } from '../../report/facts.ts';
import type { Spec } from '../../spec/spec.ts';
import type { AuditVerdict } from '../../stores/audit-store.ts';
import type { Impact } from '../../stores/impact.ts';
import type { ModelLineage } from '../../stores/lineage-store.ts';
import type { PartitionRecord } from '../../stores/run-records.ts';

/** What a token may do: look; also start and steer runs; also read the audit trail. */
export const ROLES = ['viewer', 'editor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A body that is no JSON: a file on its way out, or a stream of events. */
export type Media = { readonly media: string };

/** One thing that may be asked over HTTP; its key in the table is `METHOD /path/{parameter}` below `/api/v1`. */
export type Endpoint = {
  readonly summary: string;
  /** The least role that may ask; `anyone`: without a token. */
  readonly role: Role | 'anyone';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** In small letters. */
  readonly headers?: z.ZodObject;
  /** Of a JSON body. */
  readonly body?: z.ZodType;
  /** The body is a file's bytes. */
  readonly upload?: true;
  readonly answer: z.ZodType | Media;
  /** Default: 200. */
  readonly status?: 200 | 201 | 202;
  /** Other statuses with an answer of their own. */
  readonly also?: { readonly [status: number]: z.ZodType };
};

/** Documents that other rooms describe, frozen as they are. */
type Known =
  | RunResult
  | ReportFacts
  | Spec
  | ModelLineage
  | PartitionRecord
  | RunComparison
  | Reproduction
  | Impact
  | AuditVerdict
  | Drift
  | DriftedPartition;

/** The same data, promised not to be changed: what the stores give. */
export type Frozen<Value> = Value extends Known
  ? Value
  : Value extends (infer Item)[]
    ? readonly Frozen<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
      : Value;

type InputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;
type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a caller gives. */
export type Asking<E extends Endpoint> = {
  readonly params: InputOf<E['params']>;
  readonly query: InputOf<E['query']>;
  readonly headers: InputOf<E['headers']>;
  readonly body: E['upload'] extends true ? Blob : InputOf<E['body']>;
};

/** What the server has after checking it. */
export type Asked<E extends Endpoint> = {
  readonly params: OutputOf<E['params']>;
  readonly query: OutputOf<E['query']>;
  readonly headers: OutputOf<E['headers']>;
  readonly body: OutputOf<E['body']>;
};

/** What comes back as JSON; `never` where it is a file or a stream. */
export type Answer<E extends Endpoint> = E['answer'] extends z.ZodType
  ?
      | Frozen<z.output<E['answer']>>
      | (E['also'] extends { readonly [status: number]: infer Other }
          ? Frozen<OutputOf<Other>>
          : never)
  : never;
