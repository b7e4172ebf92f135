import { z } from 'zod'

export const NO_PARAMS = z.object({})
export const NO_QUERY = z.object({})

/** A path parameter. A value that cannot be an id gets the answer for an unknown id. */
export const idParam = z.string().min(1).max(400)
export const workflowParams = z.object({ id: idParam })
export const runParams = z.object({ runId: idParam })
/** The seq after which the events of a run begin. */
export const afterQuery = z.object({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).exactOptional(),
})

/** The beginning of a run stream, and whether a long log may begin with its view. */
export const runStreamQuery = afterQuery.extend({ view: z.enum(['true', 'false']).exactOptional() })

export const DOCUMENT_BYTES = 4_194_304
export const RUN_INPUT_BYTES = 1_048_576
/** Update and state vector as base64, with the JSON around them. */
export const SYNC_BYTES = 2_162_688
