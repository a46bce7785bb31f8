import type { z } from 'zod';
import { type Answer, api, type EndpointKey } from '../../src/web/contract/api.ts';
import type { Endpoint } from '../../src/web/contract/endpoint.ts';
import type { Asking, Web } from './ask.ts';

/** Asks endpoints and checks each answer against its schema: no field more, none less. */
export function checkedAsk(given: () => Web) {
  return async <Key extends EndpointKey>(
    key: Key,
    params: { readonly [name: string]: string } = {},
    { query = '', ...how }: Asking & { readonly query?: string } = {},
  ): Promise<{ readonly json: Answer<Key>; readonly response: Response }> => {
    const [method = '', template = ''] = key.split(' ');
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
    const response = await given().ask(method, `${filled}${query}`, how);
    const json = (await response.json()) as Answer<Key>;
    const { status = 200, answer }: Endpoint = api[key];
    if (response.status !== status)
      throw new Error(`${key} answered ${response.status}: ${JSON.stringify(json)}`);
    if ('media' in answer) throw new Error(`${key} is no JSON.`);
    (answer as z.ZodType).parse(json);
    return { json, response };
  };
}
