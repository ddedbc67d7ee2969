/**
 * The time of the present workflow task as an ISO string, the same in every replay: the SDK puts its own `Date` into
 * workflow code. For the record of what people asked; no decision rests on it.
 */
export function workflowTime(): string {
  return new Date().toISOString();
}
