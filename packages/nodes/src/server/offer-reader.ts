import type { AnyNodeImplementation, DocumentReader } from '@tenon/core/node'
import { connectionParam } from '../shared/sql-params.ts'

/** Fields that make sense for a service at AWS alone. */
const OF_AWS = { connection: true, bucket: true, key: true, version: true } as const

/** Describes the node type that reads documents as its reader does, and asks for the connection that the reader needs. */
export function offerReader(implementation: AnyNodeImplementation, { offer }: DocumentReader): AnyNodeImplementation {
  if (offer === undefined) return implementation
  const { description, connectsTo } = offer
  const { definition } = implementation
  const own = connectsTo === 'aws' ? definition.params : definition.params.omit(OF_AWS)
  const params = connectsTo === null ? own : own.extend({ connection: connectionParam(connectsTo, description) })
  return Object.freeze({ ...implementation, definition: Object.freeze({ ...definition, description, params }) })
}
