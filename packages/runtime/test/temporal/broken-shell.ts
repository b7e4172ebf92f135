// A shell whose every step fails, as one does after a release that its history forbids.
export async function tenonRun(): Promise<void> {
  throw new TypeError('broken on purpose')
}
