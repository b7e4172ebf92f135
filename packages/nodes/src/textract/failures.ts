import { TenonError } from '@tenon/core/errors'
import { maskText } from '@tenon/core/mask'
import { cutText, repairText } from '@tenon/core/text'

const REASON_LENGTH = 300

const NOT_ALLOWED: ReadonlySet<string> = new Set([
  ...['AccessDeniedException', 'IncompleteSignatureException', 'InvalidClientTokenId', 'InvalidSignatureException'],
  ...['MissingAuthenticationTokenException', 'NotAuthorized', 'OptInRequired', 'SubscriptionRequiredException'],
  ...['UnrecognizedClientException', 'RequestExpired'],
])
const THROTTLED: ReadonlySet<string> = new Set([
  ...['LimitExceededException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'],
  ...['ServiceQuotaExceededException', 'ThrottlingException', 'TooManyRequestsException'],
])
/** Codes for a document or a question that Textract does not accept, with what helps. */
const INVALID: ReadonlyMap<string, string> = new Map([
  ['BadDocumentException', 'Give a document that is not damaged, and of the type that its name says.'],
  [
    'DocumentTooLargeException',
    'Store a large PDF or TIFF in an S3 bucket: name it in the node. Make an image smaller.',
  ],
  ['InvalidKMSKeyException', 'Let the user of the access key use the KMS key of the bucket.'],
  ['InvalidParameterException', 'Correct the questions, the bucket or the object of the node.'],
  ['InvalidS3ObjectException', 'Use a bucket in the region of the connection, of which its user may read the object.'],
  [
    'UnsupportedDocumentException',
    'Give a PNG, JPEG, TIFF or PDF without a password. One with several pages needs an S3 bucket: name it in the node.',
  ],
  ['ValidationException', 'Correct the questions, the bucket or the object of the node.'],
])
const KEPT_DAYS = 'Textract keeps a result for 7 days. Run the node again.'

/** Converts an error of the SDK: its name is the code of Textract. */
export function toReadFailure(thrown: unknown): TenonError {
  const { name, message, status } = partsOf(thrown)
  const details = { service: 'textract', reason: name, ...(status === undefined ? {} : { status }) }
  const say = `Textract: ${message === '' ? name : message}`
  const options = { cause: thrown, details }
  if (NOT_ALLOWED.has(name) || status === 401) {
    const isLate = /signature (?:expired|not yet current)/i.test(message)
    const remedy = isLate ? { remedy: 'Correct the clock of the worker, which differs from that of AWS.' } : {}
    return new TenonError('DOCUMENT_NOT_ALLOWED', say, { ...options, ...remedy, retryable: false })
  }
  const remedy = INVALID.get(name)
  if (remedy !== undefined) return new TenonError('DOCUMENT_INVALID', say, { ...options, remedy, retryable: false })
  if (name === 'InvalidJobIdException') {
    return new TenonError('DOCUMENT_READ_FAILED', say, { ...options, remedy: KEPT_DAYS, retryable: false })
  }
  const isPassing = THROTTLED.has(name) || status === undefined || status === 429 || status >= 500
  return new TenonError('DOCUMENT_READ_FAILED', say, { ...options, retryable: isPassing })
}

/** Checks whether Textract limited the rate of requests. */
export function isThrottled(error: unknown): error is TenonError {
  return error instanceof TenonError && THROTTLED.has(String(error.details?.reason))
}

function partsOf(thrown: unknown): { readonly name: string; readonly message: string; readonly status?: number } {
  if (!(thrown instanceof Error)) return { name: 'UnknownError', message: '' }
  const metadata: unknown = '$metadata' in thrown ? thrown.$metadata : undefined
  const isObject = typeof metadata === 'object' && metadata !== null
  const status = isObject && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined
  return {
    name: thrown.name,
    message: cutText(repairText(maskText(thrown.message)), REASON_LENGTH, '…'),
    ...(typeof status === 'number' ? { status } : {}),
  }
}
