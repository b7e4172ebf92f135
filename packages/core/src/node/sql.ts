import type { Json, JsonObject } from '../json.ts'

/** One statement for the database of the node's connection. */
export interface SqlStatement {
  /** SQL text of one statement, in which `:name` reads a value. A value is a parameter and never part of the text. */
  readonly sql: string
  /** Values by name. A list is an array of Postgres, or JSON where the text says `:name::json`; an object is JSON. */
  readonly values: Readonly<Record<string, Json>>
  /** Most rows to return, 1 to 10,000. */
  readonly maxRows: number
}

/** A statement that reads. */
export interface SqlRead extends SqlStatement {
  /** `truncate` returns the first rows of a longer result; `fail` throws `SQL_RESULT_TOO_LARGE`. */
  readonly onMoreRows: 'fail' | 'truncate'
}

/** A statement that writes. */
export interface SqlWrite extends SqlStatement {
  /** Key under which the statement runs once, such as `idempotencyKey` of the context; 1 to 1,000 characters. */
  readonly completionKey: string
}

/** Result of a statement. */
export interface SqlResult {
  /** Rows by the names of their columns. */
  readonly rows: readonly JsonObject[]
  /** Number of rows that were returned, or that a statement without `returning` changed. */
  readonly rowCount: number
  /** `true` if the result has more rows than were returned. */
  readonly isTruncated: boolean
  /** `true` if an earlier attempt has written, and its result is returned. */
  readonly isRepeated: boolean
}

/**
 * Client for the database of the connection that the node names, with its credentials. A statement ends with its attempt,
 * also in the database.
 *
 * Both methods throw {@link TenonError} `SQL_INVALID` for a text that is not one statement or reads an unknown value;
 * `SQL_FORBIDDEN` for a kind of statement that the connection does not allow; `SQL_FAILED` if the database refuses it
 * (details: `sqlState`); `SQL_UNAVAILABLE`; `SQL_LOGIN_FAILED`; `SQL_RESULT_TOO_LARGE`; `SQL_TYPE_UNSUPPORTED`;
 * `CONNECTION_REFUSED` for a node without a connection to a database.
 */
export interface SqlClient {
  /** Runs a statement that reads, in a read-only transaction. */
  read(statement: SqlRead): Promise<SqlResult>
  /**
   * Runs a statement that writes, once for each key: the transaction also stores its result in the table
   * `tenon_completions` of the database, and a later call with the key returns that.
   *
   * @throws {@link TenonError} also `SQL_COMPLETIONS_MISSING` if there is no such table and the user may not create it;
   * `SQL_KEY_REUSED` if another statement, or other values, were written under the key.
   */
  write(statement: SqlWrite): Promise<SqlResult>
}
