/** Quotes a name for SQL text that takes no parameters. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a text for SQL that takes no parameters; needs `standard_conforming_strings`, the default since 9.1. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * Returns SQL that reads a column with JSON text as `json`, to look at its fields. The functions of Postgres refuse texts
 * with NUL or with half a surrogate pair, which a stored document may contain: they become spaces. A backslash before
 * `u0000` remains one, so the text remains JSON.
 */
export function readableJson(column: string): string {
  return `regexp_replace(${column}, '\\\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})', '\\\\u0020', 'g')::json`
}
