import { TenonError } from '@tenon/core/errors'
import type { QueryResult } from 'kysely'

/** Answers Kysely's `stream()`: lists are read in pages by cursor here. */
export function noStream<Row>(): AsyncIterableIterator<QueryResult<Row>> {
  throw new TenonError('INTERNAL', 'Read pages by cursor; rows are not streamed')
}
