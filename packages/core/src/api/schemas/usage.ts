import { z } from 'zod'

/** Use of models: calls, tokens, cost and time. */
export const modelSpendFields = {
  calls: z.int(),
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  outputTokens: z.int(),
  costUsd: z.number(),
  durationMs: z.int(),
}

export const usageSchema = z
  .strictObject({
    runsKeptDays: z.number().nullable(),
    payloadBytes: z.int(),
    payloadBytesLimit: z.int().nullable(),
    fileBytes: z.int(),
    dataBytes: z.int(),
    openWaits: z.int(),
    openWaitsLimit: z.int().nullable(),
    models: z.strictObject({
      month: z.string(),
      ...modelSpendFields,
      workflows: z
        .array(z.strictObject({ workflowId: z.string(), workflowName: z.string(), ...modelSpendFields }))
        .readonly(),
    }),
  })
  .meta({ id: 'Usage' })
