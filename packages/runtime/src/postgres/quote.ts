/** Quotes a name for SQL text that takes no parameters. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a text for SQL that takes no parameters; needs `standard_conforming_strings`, the default since 9.1. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
