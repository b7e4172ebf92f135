import { z } from 'zod'

export const usageSchema = z
  .strictObject({
    runsKeptDays: z.number().nullable(),
    payloadBytes: z.int(),
    payloadBytesLimit: z.int().nullable(),
    fileBytes: z.int(),
    dataBytes: z.int(),
    openWaits: z.int(),
    openWaitsLimit: z.int().nullable(),
  })
  .meta({ id: 'Usage' })
