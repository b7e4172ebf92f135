import type pg from 'pg'
import type { SqlSession } from './open-session.ts'
import type { PreparedSql } from './prepare-statement.ts'
import { internalsOf, type ParameterDescription } from './sql-driver.ts'
import { builtInType, encodeSqlValue, type SqlType } from './sql-values.ts'
import { query } from './transaction.ts'

/**
 * Finds the type below a domain, and the items of an array: `array_out` writes arrays alone, and a comma separates the
 * items of all types but boxes.
 */
const TYPES_SQL = `with recursive below (given, oid, kind, base, item) as (
  select oid, oid, typtype, typbasetype,
    case when typoutput = 'pg_catalog.array_out'::regproc and typdelim = ',' then typelem else 0 end
  from pg_catalog.pg_type where oid = any($1::oid[])
  union all
  select below.given, type.oid, type.typtype, type.typbasetype,
    case when type.typoutput = 'pg_catalog.array_out'::regproc and type.typdelim = ',' then type.typelem else 0 end
  from below join pg_catalog.pg_type as type on type.oid = below.base where below.kind = 'd'
)
select given::int8::text, oid::int8::text, item::int8::text from below where kind <> 'd'`

/** Types by their OIDs; one that the database does not know either is read as text. */
export type SqlTypes = (oid: number) => SqlType

/** Finds types: the database is asked only for those that are not built in. */
export async function findTypes(session: SqlSession, oids: readonly number[]): Promise<SqlTypes> {
  const unknown = [...new Set(oids)].filter((oid) => builtInType(oid) === undefined)
  const found = new Map<number, SqlType>()
  if (unknown.length > 0) {
    const { rows } = await query<{ given: string; oid: string; item: string }>(session, {
      text: TYPES_SQL,
      values: [`{${unknown.join(',')}}`],
    })
    for (const { given, oid, item } of rows) {
      found.set(Number(given), { oid: Number(oid), item: item === '0' ? null : Number(item) })
    }
  }
  return (oid) => builtInType(oid) ?? found.get(oid) ?? { oid, item: null }
}

/**
 * Writes the values of a statement for the types of its parameters, which the database finds out.
 *
 * @throws {@link TenonError} `SQL_INVALID`; any error of the database.
 */
export async function encodeParameters(
  session: SqlSession,
  { text, values }: PreparedSql,
): Promise<readonly (string | null)[]> {
  if (values.length === 0) return []
  const oids = await describeParameters(session.client, text)
  const types = await findTypes(session, oids)
  return values.map(({ name, value }, index) => encodeSqlValue(value, types(oids[index] ?? 0), name))
}

function describeParameters(client: pg.Client, text: string): Promise<readonly number[]> {
  const { connection } = internalsOf(client)
  return new Promise((resolve, reject) => {
    let oids: readonly number[] = []
    const onTypes = ({ dataTypeIDs }: ParameterDescription) => {
      oids = dataTypeIDs
    }
    connection.once('parameterDescription', onTypes)
    client.query({
      submit: () => {
        connection.parse({ name: '', text, types: [] })
        connection.describe({ type: 'S', name: '' })
        connection.sync()
      },
      // The driver calls these for the answers of the database.
      ...{
        handleRowDescription: () => undefined,
        handleReadyForQuery: () => resolve(oids),
        handleError: (error: unknown) => {
          connection.off('parameterDescription', onTypes)
          reject(error)
        },
      },
    })
  })
}
