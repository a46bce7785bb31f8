import { z } from 'zod';
import type { AuditVerdict } from '../../stores/audit-store.ts';
import { type Endpoint, ROLES } from './endpoint.ts';
import { document, moment, next, pageQuery } from './fields.ts';
import { longAnswer } from './long-answer.ts';

const auditEvent = z
  .strictObject({
    id: z.int(),
    at: moment,
    /** Null: nobody asked for it over HTTP. */
    requestId: z.string().nullable(),
    actor: z.string(),
    /** `system`: what a run does by itself. */
    role: z.enum([...ROLES, 'system']),
    /** `POST /runs/{run}/cancel`, `run.status`, `step.recorded` … */
    action: z.string(),
    /** What it was done to. */
    target: z.record(z.string(), z.string()),
    /** How it was answered over HTTP; null: asked for, or not over HTTP. */
    status: z.int().nullable(),
    before: z.json(),
    after: z.json(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditEvent' });

/** Milliseconds since 1970; Postgres and JavaScript write the years between alike. */
const YEAR_10_000 = 253_402_300_800_000;

const instant = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) >= 0 && Date.parse(text) < YEAR_10_000, {
    error: 'A moment of the years 1970 to 9999 is expected.',
  });

const filter = {
  actor: z.string().min(1).max(200).optional(),
  action: z.string().min(1).max(200).optional().describe('How it begins: `run.`, `POST /runs`.'),
  subject: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('What it was done to, or how that begins: an id, a name.'),
  since: instant.optional().describe('Not before then.'),
  until: instant.optional().describe('Before then.'),
};

const verification = longAnswer(
  'Verification',
  { verificationId: z.string() },
  {
    /** When it was finished. */
    at: moment,
    verdict: document<AuditVerdict>(
      'AuditVerdict',
      'As `partita audit verify --json` prints it: without findings the record is as it was written.',
    ),
  },
);

export const auditEndpoints = {
  'GET /audit': {
    summary: 'Who changed what, the newest first; those that every filter is true of.',
    role: 'admin',
    query: pageQuery(500, 100).extend(filter),
    answer: z.strictObject({ events: z.array(auditEvent), next }).meta({ id: 'AuditPage' }),
  },
  'POST /audit/verifications': {
    summary:
      'Recomputes every hash of the trail, and of the rows that it vouches for. Answers with the verdict where that is quick, else with 202 and where to ask for it.',
    role: 'admin',
    answer: verification.done,
    also: { 202: verification.working },
  },
  'GET /audit/verifications/{verification}': {
    summary: 'A verdict that was asked for; kept for ten minutes.',
    role: 'admin',
    params: z.strictObject({ verification: z.string().max(100) }),
    answer: verification.done,
    also: { 202: verification.working },
  },
  'GET /audit/export': {
    summary: 'The whole trail as `partita audit export` writes it, to be kept elsewhere.',
    role: 'admin',
    answer: { media: 'application/x-ndjson' },
  },
} as const satisfies { readonly [key: string]: Endpoint };
