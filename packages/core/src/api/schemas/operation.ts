import { z } from 'zod'
import { jsonSchema } from './common.ts'
import {
  annotationSchema,
  nodeIdSchema,
  nodePolicySchema,
  positionSchema,
  sizeSchema,
  workflowEdgeSchema,
  workflowNodeSchema,
  workflowSettingsSchema,
  workflowVariableSchema,
} from './document.ts'

const paramPathSchema = z
  .array(z.union([z.string().max(200), z.int().min(0)]))
  .min(1)
  .max(32)
  .readonly()
const edgeIdSchema = z.string().min(1).max(400)

/** Parts of a draft whose entries have a key of their own. */
export const draftPartSchema = z.enum(['nodes', 'edges', 'variables', 'annotations', 'settings'])

const nodeFieldsSchema = z.strictObject({
  name: z.string().max(400).exactOptional(),
  typeVersion: z.int().min(1).exactOptional(),
  parentId: nodeIdSchema.nullable().exactOptional(),
  disabled: z.boolean().nullable().exactOptional(),
  locked: z.boolean().nullable().exactOptional(),
  notes: z.string().nullable().exactOptional(),
})

const nodeMoveSchema = z.strictObject({
  nodeId: nodeIdSchema,
  position: positionSchema,
  size: sizeSchema.nullable().exactOptional(),
})

/** One change of a draft on the wire. */
export const documentOperationSchema = z
  .discriminatedUnion('op', [
    z.strictObject({ op: z.literal('add_node'), node: workflowNodeSchema }),
    z.strictObject({ op: z.literal('remove_node'), nodeId: nodeIdSchema }),
    z.strictObject({ op: z.literal('update_node'), nodeId: nodeIdSchema, set: nodeFieldsSchema }),
    z.strictObject({ op: z.literal('set_param'), nodeId: nodeIdSchema, path: paramPathSchema, value: jsonSchema }),
    z.strictObject({ op: z.literal('unset_param'), nodeId: nodeIdSchema, path: paramPathSchema }),
    z.strictObject({
      op: z.literal('insert_param_item'),
      nodeId: nodeIdSchema,
      path: paramPathSchema,
      value: jsonSchema,
    }),
    z.strictObject({ op: z.literal('remove_param_item'), nodeId: nodeIdSchema, path: paramPathSchema }),
    z.strictObject({
      op: z.literal('set_policy'),
      nodeId: nodeIdSchema,
      field: z.enum(nodePolicySchema.keyof().options),
      value: jsonSchema,
    }),
    z.strictObject({ op: z.literal('place_node'), nodeId: nodeIdSchema, before: nodeIdSchema.nullable() }),
    z.strictObject({ op: z.literal('move_nodes'), moves: z.array(nodeMoveSchema).min(1).max(5_000).readonly() }),
    z.strictObject({ op: z.literal('add_edge'), edge: workflowEdgeSchema }),
    z.strictObject({ op: z.literal('remove_edge'), edgeId: edgeIdSchema }),
    z.strictObject({
      op: z.literal('set_edge_points'),
      edgeId: edgeIdSchema,
      points: z.array(positionSchema).max(200).readonly().nullable(),
    }),
    z.strictObject({
      op: z.literal('set_variable'),
      name: z.string().min(1).max(200),
      variable: workflowVariableSchema.nullable(),
    }),
    z.strictObject({
      op: z.literal('set_annotation'),
      id: z.string().min(1).max(64),
      annotation: annotationSchema.nullable(),
    }),
    z.strictObject({
      op: z.literal('set_setting'),
      key: z.enum(workflowSettingsSchema.keyof().options),
      value: jsonSchema,
    }),
    z.strictObject({ op: z.literal('drop_unreadable'), part: draftPartSchema, key: z.string().max(400).nullable() }),
  ])
  .meta({ id: 'DocumentOperation' })
