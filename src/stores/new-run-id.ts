import { randomUUID } from 'node:crypto';

/** UUID version 7 (RFC 9562): ids sort by the time they were made. */
export function newRunId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}
