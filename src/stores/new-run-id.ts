import { randomUUID } from 'node:crypto';

/** UUID version 7 (RFC 9562) of a time in milliseconds since 1970: ids sort by the times they were made at. */
export function newRunId(time: number): string {
  const digits = time.toString(16).padStart(12, '0');
  const random = randomUUID();
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7${random.slice(15)}`;
}
