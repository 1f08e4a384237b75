/** Whether the hook did not come to a decision: a denial is one. */
export function isFailure({ status }: { status: string }): boolean {
  return status !== 'ok' && status !== 'denied';
}
