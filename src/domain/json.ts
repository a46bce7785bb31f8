/** Plain JSON data: what a workflow payload, a lineage column and a report fact are made of (never NaN, Map or Date). */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Data whose optional fields may be `undefined`: they vanish on the way, as `JSON.stringify` would have it. */
export function asJson(data: object): JsonObject {
  return data as JsonObject;
}
