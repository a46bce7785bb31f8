import { auditEndpoints } from './audit.ts';
import { dataEndpoints } from './data.ts';
import { driftEndpoints } from './drift.ts';
import type { Answer as AnswerOf, Asked as AskedOf, Asking as AskingOf } from './endpoint.ts';
import { lineageEndpoints } from './lineage.ts';
import { modelEndpoints } from './models.ts';
import { runFactsEndpoints } from './run-facts.ts';
import { runEndpoints } from './runs.ts';
import { scheduleEndpoints } from './schedules.ts';
import { sessionEndpoints } from './session.ts';
import { sourceEndpoints } from './sources.ts';
import { specEndpoints } from './specs.ts';

/**
 * The HTTP API: one entry per endpoint, its key `METHOD /path` below `/api/v1`. Server, OpenAPI document and client are
 * made from this table; one file per resource stands beside this one. Everything here runs in a browser too, and the
 * browser application imports types from nowhere else.
 *
 * Beside it: failures are `application/problem+json` (`problem.ts`); pages are followed by `cursor` and `next`; a POST of
 * a run takes `Idempotency-Key`; what may be steered has an `ETag` and heeds `If-Match`; bodies are JSON, also the empty
 * one (`{}`), but for uploads.
 */
export const api = {
  ...sessionEndpoints,
  ...runEndpoints,
  ...runFactsEndpoints,
  ...dataEndpoints,
  ...specEndpoints,
  ...sourceEndpoints,
  ...modelEndpoints,
  ...auditEndpoints,
  ...lineageEndpoints,
  ...driftEndpoints,
  ...scheduleEndpoints,
};

export type Api = typeof api;
/** `GET /runs/{run}` … */
export type EndpointKey = keyof Api;
export type Answer<Key extends EndpointKey> = AnswerOf<Api[Key]>;
export type Asking<Key extends EndpointKey> = AskingOf<Api[Key]>;
export type Asked<Key extends EndpointKey> = AskedOf<Api[Key]>;

/** Where the API begins. */
export const API_ROOT = '/api/v1';
