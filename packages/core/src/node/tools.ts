import { z } from 'zod'
import { DURATION_PATTERN } from '../duration.ts'

/** Most tools of one node. */
export const MAX_TOOLS = 64
/** Name by which a model calls a tool. */
export const TOOL_NAME_PATTERN = /^[a-zA-Z0-9_-]{1,64}$/
/** Approval of the calls of a tool: of none, of each one, or of those for which a condition over `args` is true. */
export const TOOL_APPROVALS = Object.freeze(['never', 'always', 'when'] as const)

/** A param of a tool that is left to the model. */
const openParam = z.object({
  description: z.string().max(1_000).default(''),
  schema: z.record(z.string(), z.unknown()).optional(),
})

const tool = z.object({
  name: z.string().regex(TOOL_NAME_PATTERN, 'Write 1 to 64 letters, digits, _ and -').meta({
    title: 'Name',
    description: 'The model calls the tool by this name.',
    control: 'text',
    literal: true,
  }),
  description: z.string().max(2_000).default('').meta({
    title: 'Description',
    description: 'When the model should use the tool. If empty, the description of the node is used.',
    control: 'prompt',
  }),
  nodeType: z.string().max(200).meta({ literal: true }),
  typeVersion: z.number().int().min(1).meta({ literal: true }),
  params: z.record(z.string(), z.unknown()).default({}),
  open: z.record(z.string(), openParam).default({}).meta({ literal: true }),
  approval: z
    .enum(TOOL_APPROVALS)
    .default('never')
    .meta({
      title: 'Approval',
      description: 'People approve, change or reject a call before it runs.',
      control: 'select',
      titles: { never: 'Not needed', always: 'For every call', when: 'When a condition is true' },
      literal: true,
    }),
  approvalWhen: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      title: 'Condition',
      description: 'An expression over the arguments of the model.',
      control: 'text',
      placeholder: 'args.amount > 100',
      dependsOn: { param: 'approval', in: ['when'] },
      literal: true,
    }),
  timeout: z
    .string()
    .regex(new RegExp(DURATION_PATTERN), 'Write a number and ms, s, m, h or d: 30s')
    .optional()
    .meta({ title: 'Timeout', control: 'duration', placeholder: '30s', literal: true }),
  attempts: z.number().int().min(1).max(100).optional().meta({
    title: 'Attempts',
    description: 'Most attempts of a call. If empty, the default of the node is used.',
    control: 'number',
    literal: true,
  }),
})

/** A tool of a node, with the templates of its params resolved. */
export type Tool = z.output<typeof tool>

/**
 * Schema of the param that a definition names in `callsFrom`: the node types that a model may call, each with a name for
 * the model, the params that the author has fixed and those that are left to the model.
 */
export const toolsParam = z.array(tool).max(MAX_TOOLS).default([]).meta({
  title: 'Tools',
  description: 'Nodes that the model may call.',
  control: 'tools',
})
