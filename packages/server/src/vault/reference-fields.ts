/** Begins the field of a value that is the reference to a secret, and not the secret. No field of a connector has a colon. */
const PREFIX = 'reference:'

/** Returns the field under which the reference to a secret is encrypted, so that neither can be used as the other. */
export function referenceField(field: string): string {
  return `${PREFIX}${field}`
}

/** Returns the field of the secret to which a stored field refers; `null` for one that has the secret itself. */
export function referredField(stored: string): string | null {
  return stored.startsWith(PREFIX) ? stored.slice(PREFIX.length) : null
}
