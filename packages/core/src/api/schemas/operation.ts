import { z } from 'zod'
import { DRAFT_PARTS } from '../../document/operation.ts'
import { operationShape } from '../../document/operation-shape.ts'
import { wireSchema } from './wire-schema.ts'

/** Part of a draft on the wire. */
export const draftPartSchema = z.enum(DRAFT_PARTS)

/** One change of a draft on the wire, as `parseOperations` reads it. */
export const documentOperationSchema = wireSchema('DocumentOperation', operationShape)
