const FIELDS = ['actor', 'action', 'subject', 'since', 'until'] as const;

/** What of the trail is shown, as it stands in the address; days are of the reader's own calendar. */
export type AuditFilter = { readonly [field in (typeof FIELDS)[number]]?: string };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whatever the address holds: what is no filter is left out. */
export function auditFilterOf(search: { readonly [field: string]: unknown }): AuditFilter {
  const given = FIELDS.flatMap((field) => {
    const value = search[field];
    // The router reads a number as one: an actor may be called 7.
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string' || text === '') return [];
    const isDay = field === 'since' || field === 'until';
    return isDay && !isMoment(text) ? [] : [[field, text]];
  });
  return Object.fromEntries(given) as AuditFilter;
}

/** As the server is asked: both days are shown whole. */
export function askedFilter({ since, until, ...rest }: AuditFilter): AuditFilter {
  return {
    ...rest,
    ...(since === undefined ? {} : { since: startOfDay(since, 0) }),
    ...(until === undefined ? {} : { until: startOfDay(until, 1) }),
  };
}

function startOfDay(day: string, daysLater: number): string {
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + daysLater);
  return start.toISOString();
}

function isMoment(day: string): boolean {
  return DAY.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00`));
}
