/** Whether a header can carry the value: what can not, libraries refuse with sentences that repeat it, secret or not. */
export function isSendable(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}
