import { z } from 'zod'
import { jsonSchemaSchema } from './common.ts'
import { nodeIdSchema } from './document.ts'

export const toolInfoSchema = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    workflowId: z.string(),
    workflowName: z.string(),
    version: z.string(),
    trigger: nodeIdSchema,
    inputSchema: jsonSchemaSchema.nullable(),
  })
  .meta({ id: 'ToolInfo' })
