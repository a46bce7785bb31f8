import type { Asker } from '../operations/requests.ts';
import { ROLES, type Role } from './contract/endpoint.ts';

/** Who asks. */
export type Actor = { readonly name: string; readonly role: Role };

/** Whether a role may do what needs at least `least`. */
export function mayDo({ role }: Actor, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Who asks, as the operations put it on record. */
export function askerOf({ name, role }: Actor, reason?: string): Asker {
  return { actor: name, role: role === 'admin' ? 'admin' : 'editor', reason };
}
