import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import {
  fallbackModelsParam,
  maxOutputTokensParam,
  modelParam,
  promptParam,
  temperatureParam,
} from '../shared/model-params.ts'

/** Asks a model to convert text to the fields of a schema. */
export const llmTransform = defineNode({
  type: 'llm-transform',
  version: 1,
  title: 'LLM transform',
  description: 'Text to typed fields',
  icon: 'M11 3.5l1.9 5.6 5.6 1.9-5.6 1.9L11 18.5l-1.9-5.6L3.5 11l5.6-1.9zM18.5 15.5v5M16 18h5',
  category: 'ai',
  params: z.object({
    model: modelParam,
    prompt: promptParam.meta({
      title: 'Prompt',
      description: 'Input and task of the model. Type {{ to insert a field.',
      control: 'prompt',
      placeholder: 'Judge the mood of this ticket: {{input.text}}',
    }),
    system: z.string().max(20_000).default('').meta({
      title: 'Instructions',
      description: 'How the model should behave on every call.',
      control: 'prompt',
    }),
    schema: z
      .record(z.string(), z.unknown())
      .refine((schema) => schema.type === 'object', 'The schema must describe an object')
      .meta({ allOf: [{ properties: { type: { const: 'object' } }, required: ['type'] }] })
      .default({ type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] })
      .meta({
        title: 'Fields to return',
        description: 'Each field is added to the input of the nodes that follow.',
        control: 'json-schema',
        literal: true,
      }),
    temperature: temperatureParam,
    maxOutputTokens: maxOutputTokensParam,
    fallbackModels: fallbackModelsParam,
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'schema' } },
  summary: '{prompt}',
  effect: 'read',
  tool: { name: 'extract', description: 'Asks a model to turn text into fields' },
  policy: {
    timeout: '2m',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 3 },
    onError: 'route',
  },
})
