// A shell whose every workflow task fails, as one does after a release that its history forbids.
export async function tenonRun(): Promise<void> {
  throw new TypeError('broken on purpose')
}
