import { describe, expect, it } from 'vitest';
import { askedFilter, auditFilterOf } from '../../../src/web/app/pages/audit/audit-filter.ts';

describe('the filter of the audit trail in an address', () => {
  it('is what the address says, without what is no filter', () => {
    const search = { actor: 'ada', action: '', subject: 7, since: '2026-11-26', page: '2' };
    expect(auditFilterOf(search)).toEqual({ actor: 'ada', subject: '7', since: '2026-11-26' });
    for (const until of ['soon', '2026-13-01', '2026-11-26T00:00', ['2026-11-26'], null])
      expect(auditFilterOf({ until }), String(until)).toEqual({});
  });

  it('asks for whole days of the reader: to the start of the one after the last', () => {
    const { since = '', until = '' } = askedFilter({ since: '2026-02-28', until: '2026-02-28' });
    expect(new Date(since)).toEqual(new Date(2026, 1, 28));
    expect(new Date(until)).toEqual(new Date(2026, 2, 1));
    expect(askedFilter({ actor: 'ada' })).toEqual({ actor: 'ada' });
  });
});
