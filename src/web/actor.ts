import { ROLES, type Role } from './contract/endpoint.ts';

/** Who asks. */
export type Actor = { readonly name: string; readonly role: Role };

/** Whether a role may do what needs at least `least`. */
export function mayDo({ role }: Actor, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
