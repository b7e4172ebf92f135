import { createHash } from 'node:crypto'

/** Types of parameters that {@link PreparedStatement} knows. */
export type ParameterType = 'text' | 'integer' | 'bigint' | 'bytea' | 'text[]' | 'integer[]' | 'bigint[]' | 'bytea[]'

/** A statement that is sent often: Postgres parses it once for each connection. */
export interface PreparedStatement {
  /** Name of the statement on a connection; derived from the text, so that two texts never share one. */
  readonly name: string
  /** SQL with `$1`, `$2` … */
  readonly text: string
  /** Types of the parameters, in their order. */
  readonly types: readonly ParameterType[]
}

/**
 * Declares a statement with named parameters.
 *
 * @param textOf - Builds the SQL from `name => $1::type, …`, which a function call takes.
 * @param parameters - Name and type of each parameter, in the order of the values.
 */
export function preparedStatement(
  textOf: (parameters: string) => string,
  parameters: readonly (readonly [name: string, type: ParameterType])[],
): PreparedStatement {
  const text = textOf(parameters.map(([name, type], index) => `${name} => $${index + 1}::${type}`).join(', '))
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return { name: `tenon_${hash}`, text, types: parameters.map(([, type]) => type) }
}
