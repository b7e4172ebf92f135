import { z } from 'zod'
import { documentShape } from '../../document/parse-document.ts'
import { policy } from '../../document/shape.ts'
import { NODE_ID_PATTERN } from '../../ids.ts'
import { wireSchema } from './wire-schema.ts'

/** Id of a node, as in the path of a route. */
export const nodeIdSchema = z.string().regex(NODE_ID_PATTERN)

/** Policy of a node or of a node type on the wire. */
export const nodePolicySchema = wireSchema('NodePolicy', policy)

/** A whole workflow document on the wire: its structure, as `parseDocument` checks it. */
export const workflowDocumentSchema = wireSchema('WorkflowDocument', documentShape)
