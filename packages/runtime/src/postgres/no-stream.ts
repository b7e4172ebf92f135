import { TenonError } from '@tenon/core/errors'
import type { QueryResult } from 'kysely'

/** Implements Kysely's `stream()` by throwing, since lists are read in pages by cursor. */
export function noStream<Row>(): AsyncIterableIterator<QueryResult<Row>> {
  throw new TenonError('INTERNAL', 'Read pages by cursor; rows are not streamed')
}
