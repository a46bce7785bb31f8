import type { PreparedSpec } from '../../operations/requests.ts';
import type { ScheduleState } from '../../operations/schedules.ts';
import { askerOf } from '../actor.ts';
import { API_ROOT } from '../contract/api.ts';
import type { scheduleEndpoints } from '../contract/schedules.ts';
import { readPage } from '../cursor.ts';
import { entityTag } from '../entity-tag.ts';
import type { Caller, Handlers, WebContext } from '../handler.ts';
import { WebFailure } from '../problems.ts';
import { checkReach, prepareSpec } from '../submitted-spec.ts';

const DAY_MS = 86_400_000;

/** What the endpoints that change a schedule are asked with. */
type Changing = {
  readonly params: { readonly schedule: string };
  readonly headers: { readonly 'if-match'?: string | undefined };
};
type Because = { readonly body: { readonly reason?: string | undefined } };

export function scheduleRoutes(context: WebContext): Handlers<keyof typeof scheduleEndpoints> {
  const { schedules } = context.services;
  const checkSeen = async ({ params: { schedule }, headers: { 'if-match': seen } }: Changing) => {
    if (seen === undefined || seen === tagOf(await schedules.show(schedule))) return;
    throw new WebFailure(
      'changed-meanwhile',
      `Schedule ${schedule} has fired or was changed meanwhile: look at it again.`,
    );
  };
  const changing =
    (kind: 'pause' | 'resume' | 'trigger') =>
    async (asked: Changing & Because, { actor }: Pick<Caller, 'actor'>) => {
      await checkSeen(asked);
      const by = askerOf(actor, asked.body.reason);
      const after = await schedules[kind](asked.params.schedule, by);
      return { json: withoutFolder(after), headers: { etag: tagOf(after) } };
    };
  return {
    'GET /schedules': async ({ query: { cursor = '', limit } }) => {
      const [list, unreadable] = await Promise.all([schedules.list(), schedules.unreadable()]);
      const rest = list.filter(({ name }) => name > cursor);
      const { entries, next } = await readPage(
        limit,
        (count) => Promise.resolve(rest.slice(0, count)),
        ({ name }) => name,
      );
      return { json: { schedules: entries.map(withoutFolder), next, unreadable } };
    },
    'POST /schedules': async ({ body }, { actor }) => {
      const { name, timing, policy = 'changed', catchUpMs = DAY_MS, reason, ...what } = body;
      const prepared =
        'run' in what ? await specOfRun(context, what.run) : await prepareSpec(context, what);
      const asked = { ...prepared, name: name ?? prepared.spec.name, timing, policy, catchUpMs };
      const made = await schedules.create(asked, askerOf(actor, reason));
      const location = `${API_ROOT}/schedules/${made.name}`;
      return { json: withoutFolder(made), headers: { location, etag: tagOf(made) } };
    },
    'GET /schedules/{schedule}': async ({ params: { schedule } }) => {
      const found = await schedules.show(schedule);
      return { json: withoutFolder(found), headers: { etag: tagOf(found) } };
    },
    'POST /schedules/{schedule}/pause': changing('pause'),
    'POST /schedules/{schedule}/resume': changing('resume'),
    'POST /schedules/{schedule}/trigger': changing('trigger'),
    'DELETE /schedules/{schedule}': async (asked, { actor }) => {
      await checkSeen(asked);
      await schedules.delete(asked.params.schedule, askerOf(actor, asked.query.reason));
      return { json: {} };
    },
  };
}

/**
 * The very spec that a run was started with, in the folder that it was started in. Its source is read anew: throws
 * `Failure('usage')` where that may not be named over HTTP, whoever started the run.
 */
async function specOfRun(context: WebContext, run: string): Promise<PreparedSpec> {
  const { spec, specDigest, baseFolder } = await context.services.facts.kept(run);
  checkReach(context, spec.data.source, baseFolder);
  return { spec, digest: specDigest, baseFolder };
}

/** Changes when it fires, is paused, is resumed or is another one of the same name. */
function tagOf(schedule: ScheduleState): string {
  const { name, experiment, specDigest, baseFolder, policy, timing, catchUpMs } = schedule;
  const { requestedBy, paused, note, fired, running } = schedule;
  const made = { name, experiment, specDigest, baseFolder, policy, timing, catchUpMs, requestedBy };
  return entityTag({ ...made, paused, note, fired, running });
}

/** Where the server's paths start is nobody's business. */
function withoutFolder<One extends { readonly baseFolder: string }>(
  schedule: One,
): Omit<One, 'baseFolder'> {
  const { baseFolder: _, ...shown } = schedule;
  return shown;
}
