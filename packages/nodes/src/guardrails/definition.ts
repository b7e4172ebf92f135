import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { fallbackModelsParam, maxOutputTokensParam, modelParam, promptParam } from '../shared/model-params.ts'
import { requiredText } from '../shared/params.ts'

const judged = z.object({
  guardrails: z.object({ verdict: z.enum(['pass', 'fail']), reason: z.string() }),
})

/** Checks data with a model by rules in plain language, and continues by the port of the verdict. */
export const guardrails = defineNode({
  type: 'guardrails',
  version: 1,
  title: 'Guardrails',
  description: 'Check against a policy',
  icon: 'M12 3.5l7 2.6v5.4c0 4.2-2.8 7.3-7 9-4.2-1.7-7-4.8-7-9V6.1zM9 11.8l2.2 2.2 3.9-4.2',
  category: 'ai',
  params: z.object({
    policy: requiredText(20_000).meta({
      title: 'Rules',
      description: "Plain language. The model's verdict and reason go into the run log.",
      control: 'prompt',
      placeholder: 'No refunds without manager approval.',
    }),
    text: promptParam.default('{{input}}').meta({
      title: 'Text to check',
      description: 'Data to check. By default, everything gathered so far.',
      control: 'prompt',
    }),
    model: modelParam,
    maxOutputTokens: maxOutputTokensParam,
    fallbackModels: fallbackModelsParam,
  }),
  ports: [
    { name: 'pass', title: 'pass', description: 'No rule is broken' },
    { name: 'fail', title: 'fail', description: 'A rule is broken, or a person should review it' },
  ],
  outputs: { pass: judged, fail: judged },
  summary: '{policy}',
  effect: 'read',
  policy: {
    timeout: '2m',
    retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 3 },
  },
})
