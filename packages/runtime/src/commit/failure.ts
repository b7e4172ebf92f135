import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials, maskText } from '@tenon/core/mask'
import { encodeValue, type RunFailure } from '@tenon/core/run'
import { cutText, repairText } from '@tenon/core/text'

const MAX_MESSAGE = 2_000

/**
 * Converts a thrown value to a failure for the log. A value that is not a {@link TenonError} becomes `NODE_FAILED`
 * without its message, which may contain a secret. Credentials in messages and details are masked.
 */
export function failureOf(thrown: unknown, nodeId: string): RunFailure {
  const error = thrown instanceof TenonError ? thrown : new TenonError('NODE_FAILED', 'The node failed unexpectedly')
  const details = readableDetails(error)
  return {
    code: error.code,
    message: repairText(cutText(maskText(error.message), MAX_MESSAGE)),
    remedy: error.remedy,
    nodeId,
    ...(details === undefined ? {} : { details }),
  }
}

function readableDetails({ details }: TenonError): Json | undefined {
  if (details === undefined) return undefined
  try {
    return maskCredentials(encodeValue(details, { maxLength: 16_384 }).json)
  } catch {
    // Details are optional: without them the failure is still reported.
    return undefined
  }
}
