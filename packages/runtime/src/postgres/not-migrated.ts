import { TenonError } from '@tenon/core/errors'

/** SQLSTATEs of a table, schema, function or column that does not exist. */
const MISSING: ReadonlySet<unknown> = new Set(['42P01', '3F000', '42883', '42703'])

/** Explains an error that a database gives which was never migrated, or not by this version; any other stays as it is. */
export function explainMissing(error: unknown, schema: string): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (!MISSING.has(code)) return error
  return notMigrated(schema, { cause: error, sqlState: String(code) })
}

/** The error of a database whose tables are missing. */
export function notMigrated(
  schema: string,
  { cause, ...details }: { readonly cause?: unknown; readonly sqlState?: string } = {},
): TenonError {
  const message = `The tables in the schema "${schema}" are missing or of another version`
  return new TenonError('DATABASE_NOT_MIGRATED', message, { cause, details: { schema, ...details } })
}
