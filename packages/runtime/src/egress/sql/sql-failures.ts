import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { PreparedSql } from './prepare-statement.ts'

/** Members of an error of the driver that are read: of the database, if it has a `severity`, or of the socket. */
interface DriverError {
  readonly code?: string
  readonly severity?: string
  readonly message?: string
  /** Characters from 1 to the fault in the statement. */
  readonly position?: string
  readonly constraint?: string
  readonly table?: string
  readonly column?: string
}

/** States in which the same statement may succeed later: conflicts of transactions, and locks. */
const CONFLICTS: ReadonlySet<string> = new Set(['40001', '40P01', '55P03'])
/** Classes and states of a database that cannot be used for now. */
const OUTAGE = /^(08|53|57P|58|XX|25P03|25P04)/
/** States of a write at a database that only reads, such as after a failover. */
const READ_ONLY = /^(25006|0A000)$/
const LOGIN = /^(28|3D000)/
/** Codes of sockets and of TLS, and the texts of the driver for a socket that has ended. */
const SOCKET_CODE = /^(E[A-Z]+|EAI_\w+|ERR_(SSL|TLS|STREAM|SOCKET)\w*)$/
const SOCKET_TEXT =
  /^(Connection terminated|timeout expired|Client (has encountered|was closed)|There was an error establishing)/

const REMEDIES: Readonly<Record<string, string>> = {
  '22P02': 'Pass a value of the type of the column; for a JSON column write :name::jsonb.',
  '23502': 'Pass a value for the column in details.',
  '23503': 'Pass the key of a row that exists.',
  '23505': 'Pass a value that no other row has, or use "on conflict".',
  '25006': 'Use the node that writes for this statement.',
  '42501': 'Give the database user of the connection the permission.',
  '42601': 'Correct the statement at the position in details.',
  '42703': 'Correct the name of the column.',
  '42P01': 'Correct the name of the table, with its schema.',
  '42P18': 'Give the parameter a type, such as :name::text.',
}

/** Finds a position in the statement of a node; without it, the statement is one of this client. */
type Locate = PreparedSql['locate']

/** Converts the error of a statement that was sent. */
export function toSqlFailure(thrown: unknown, locate: Locate | null): TenonError {
  if (thrown instanceof TenonError) return thrown
  const error = thrown as DriverError
  const { code: sqlState = '', severity, message = '' } = error
  if (severity === undefined) return toConnectFailure(thrown)
  if (sqlState === '57014') return timedOut()
  if (OUTAGE.test(sqlState)) return unavailable(message, thrown, sqlState)
  const at = locate === null || error.position === undefined ? null : locate(Number(error.position))
  const remedy = REMEDIES[sqlState]
  return new TenonError('SQL_FAILED', at === null ? message : `Line ${at.line}: ${message}`, {
    cause: thrown,
    retryable: CONFLICTS.has(sqlState),
    ...(remedy === undefined ? {} : { remedy }),
    details: { sqlState, ...(at === null ? {} : at), ...namesIn(error) },
  })
}

/** Converts the error of a transaction that writes: a database that only reads, such as after a failover, is an outage. */
export function toWriteFailure(thrown: unknown, locate: Locate | null): TenonError {
  const { code = '', severity, message = '' } = thrown as DriverError
  const isReadOnly = severity !== undefined && READ_ONLY.test(code) && /read-only|recovery/.test(message)
  return isReadOnly ? unavailable(message, thrown, code) : toSqlFailure(thrown, locate)
}

function namesIn({ constraint, table, column }: DriverError): JsonObject {
  return {
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    ...(column === undefined ? {} : { column }),
  }
}

function timedOut(): TenonError {
  return new TenonError('NODE_TIMEOUT', 'The database has canceled the statement, whose time was over')
}

/** Converts the error of a connection to the database; a statement on it may have been sent, but not committed. */
export function toConnectFailure(thrown: unknown): TenonError {
  if (thrown instanceof TenonError) {
    // An egress that finds no address says so for HTTP.
    return thrown.code === 'HTTP_FAILED' ? unavailable(thrown.message, thrown, null) : thrown
  }
  const { code, severity, message = '' } = thrown as DriverError
  if (severity !== undefined && code !== undefined && LOGIN.test(code)) {
    return new TenonError('SQL_LOGIN_FAILED', message, { cause: thrown, details: { sqlState: code } })
  }
  if (severity !== undefined) return unavailable(message, thrown, code ?? null)
  if (isCertificateFault(code)) {
    return new TenonError('SQL_UNAVAILABLE', `The certificate of the database cannot be verified (${code})`, {
      cause: thrown,
      retryable: false,
      remedy:
        'Enter the certificate authority of the database in the connection, and its host as the certificate has it.',
      details: { code: code ?? null },
    })
  }
  if (message.includes('does not support SSL')) return unavailable('The database does not support TLS', thrown, null)
  if (code !== undefined ? SOCKET_CODE.test(code) : SOCKET_TEXT.test(message)) {
    return unavailable(
      `The connection to the database failed${code === undefined ? '' : ` (${code})`}`,
      thrown,
      code ?? null,
    )
  }
  // A fault of this process or of an answer that the driver cannot read: another try would end the same.
  return new TenonError('SQL_FAILED', 'The answer of the database cannot be read', {
    cause: thrown,
    retryable: false,
    details: { code: code ?? null },
  })
}

/** Checks the code of an error for a certificate that Node.js does not accept. */
export function isCertificateFault(code: string | undefined): boolean {
  return code !== undefined && /CERT|ISSUER|_LEAF_SIGNATURE/.test(code)
}

function unavailable(message: string, cause: unknown, code: string | null): TenonError {
  return new TenonError('SQL_UNAVAILABLE', message, { cause, details: { code } })
}
