import { TenonError } from '@tenon/core/errors'

/** SQLSTATEs of a table, schema, function or column that does not exist. */
const MISSING: ReadonlySet<unknown> = new Set(['42P01', '3F000', '42883', '42703'])

/**
 * Converts an error of a database that was not migrated, or not by this version; other errors are returned unchanged.
 */
export function explainMissing(error: unknown, schema: string): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (!MISSING.has(code)) return error
  return notMigrated(schema, { cause: error, sqlState: String(code) })
}

/** Returns the error of a database with missing tables. */
export function notMigrated(
  schema: string,
  { cause, ...details }: { readonly cause?: unknown; readonly sqlState?: string } = {},
): TenonError {
  const message = `The tables in the schema "${schema}" are missing or of another version`
  return new TenonError('DATABASE_NOT_MIGRATED', message, { cause, details: { schema, ...details } })
}
