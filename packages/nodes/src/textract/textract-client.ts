import { TextractClient } from '@aws-sdk/client-textract'
import { type HttpClient, isReservedHeader } from '@tenon/core/node'
import { toReadFailure } from './failures.ts'

const MOST_RESPONSE_BYTES = 33_554_432

/** Services and address of the requests to Textract. */
export interface TextractTerms {
  /** Client that signs requests with the credentials of the connection. */
  readonly http: HttpClient
  readonly abortSignal: AbortSignal
  readonly region: string
  /** Origin of Textract in the region. */
  readonly endpoint: string
}

/**
 * Calls Textract by the client of its SDK, over the HTTP client of the node. That one signs each request, so that neither
 * this code nor the SDK has the key; nothing is read from the environment of the process.
 *
 * @param maxAttempts - Requests that are sent if Textract limits their rate.
 * @throws {@link TenonError} as `toReadFailure`, and those of `http`.
 */
export async function callTextract<Output>(
  { http, abortSignal, region, endpoint }: TextractTerms,
  maxAttempts: number,
  call: (client: TextractClient) => Promise<Output>,
): Promise<Output> {
  let failure: unknown
  const requestHandler = {
    handle: async (request: SdkRequest) => {
      try {
        return { response: await send(http, request, abortSignal) }
      } catch (thrown) {
        // The SDK adds fields to errors.
        failure = thrown
        throw new Error('The request failed')
      }
    },
  }
  const client = new TextractClient({
    ...{ region, endpoint, maxAttempts, retryMode: 'standard', requestHandler },
    ...{ useFipsEndpoint: false, useDualstackEndpoint: false, defaultsMode: 'standard', userAgentAppId: 'tenon' },
    credentials: { accessKeyId: 'set-by-http-client', secretAccessKey: 'set-by-http-client' },
    signer: { sign: async (request) => request },
  })
  try {
    return await call(client)
  } catch (thrown) {
    abortSignal.throwIfAborted()
    throw failure ?? toReadFailure(thrown)
  }
}

/** The part of a request of the SDK that is sent. */
interface SdkRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

async function send(
  http: HttpClient,
  { method, protocol, hostname, port, path, headers, body }: SdkRequest,
  abortSignal: AbortSignal,
) {
  if (method !== 'POST') throw new Error(`Textract has no ${method} requests`)
  const url = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`
  const response = await http.request(url, {
    ...{ method, abortSignal, maxResponseBytes: MOST_RESPONSE_BYTES, redirect: 'refuse' },
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !isReservedHeader(name.toLowerCase()))),
    ...(body === undefined ? {} : { body }),
  })
  const bytes = await response.bytes()
  return { statusCode: response.status, headers: response.headers, body: new Blob([bytes.slice()]).stream() }
}
