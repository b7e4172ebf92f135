import { defineNode, toolsParam } from '@tenon/core/node'
import { z } from 'zod'
import {
  fallbackModelsParam,
  maxOutputTokensParam,
  modelParam,
  promptParam,
  temperatureParam,
} from '../shared/model-params.ts'

/** Most model turns of an agent: a node that calls others has at most 200 passes. */
const MOST_ROUNDS = 200

/** Lets a model work on a task with tools, until it answers. */
export const agent = defineNode({
  type: 'agent',
  version: 1,
  title: 'Agent',
  description: 'Work with tools',
  icon: 'M6 8.5h12v10H6zM12 8.5V4.5M9.5 12.5v2M14.5 12.5v2M3.5 12v3.5M20.5 12v3.5',
  category: 'ai',
  callsFrom: 'tools',
  params: z.object({
    model: modelParam,
    prompt: promptParam.meta({
      title: 'Task',
      description: 'What the agent should do, with its data. Type {{ to insert a field.',
      control: 'prompt',
      placeholder: 'Answer this ticket: {{input.text}}',
    }),
    system: z.string().max(20_000).default('').meta({
      title: 'Instructions',
      description: 'Role and rules of the agent.',
      control: 'prompt',
    }),
    tools: toolsParam,
    schema: z
      .record(z.string(), z.unknown())
      .refine((schema) => schema.type === 'object', 'The schema must describe an object')
      .meta({ allOf: [{ properties: { type: { const: 'object' } }, required: ['type'] }] })
      .optional()
      .meta({
        title: 'Fields of the answer',
        description: 'The answer has these fields, in "data". If empty, the answer is a text.',
        control: 'json-schema',
        literal: true,
      }),
    maxRounds: z.number().int().min(1).max(MOST_ROUNDS).default(50).meta({
      title: 'Round limit',
      description: 'Most requests to the model. The node fails if the agent still calls tools after that many.',
      control: 'number',
    }),
    temperature: temperatureParam,
    maxOutputTokens: maxOutputTokensParam,
    fallbackModels: fallbackModelsParam,
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      text: z.string().meta({ description: 'Answer of the agent.' }),
      data: z.unknown().meta({ description: 'Fields of the answer; null without a schema.' }),
      rounds: z.number().int().meta({ description: 'Requests to the model.' }),
      toolCalls: z.number().int().meta({ description: 'Tools that the model has called.' }),
      finish: z.enum(['stop']).meta({ description: 'Reason for the end of the last answer.' }),
      usage: z
        .object({
          inputTokens: z.number(),
          outputTokens: z.number(),
          costUsd: z.number().optional(),
          model: z.string(),
        })
        .meta({ description: 'Tokens and cost of all requests.' }),
    }),
  },
  summary: '{prompt}',
  effect: 'read',
  policy: {
    timeout: '2m',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 3 },
    onError: 'route',
  },
})
