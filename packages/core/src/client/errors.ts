import { ERROR_TABLE, type TenonErrorCode } from '../errors/error-table.ts'
import type { Problem } from '../errors/problem.ts'
import { TenonError } from '../errors/tenon-error.ts'

/** Converts an unsuccessful response to the error that the server reported. */
export async function errorOf(response: Response): Promise<TenonError> {
  const problem = await readProblem(response)
  if (problem !== null && isKnownCode(problem.code)) {
    return new TenonError(problem.code, problem.detail ?? problem.code, {
      ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
      ...(problem.retryable === undefined ? {} : { retryable: problem.retryable }),
      details: {
        ...problem.details,
        ...(problem.issues === undefined ? {} : { issues: problem.issues }),
        ...(problem.requestId === undefined ? {} : { requestId: problem.requestId }),
      },
    })
  }
  return new TenonError(codeOfStatus(response.status), `The server answered ${response.status}`, {
    details: { status: response.status },
  })
}

/** Returns the error for a request without a response. */
export function unreachable(cause: unknown): TenonError {
  return new TenonError('UNAVAILABLE', 'The server is unreachable', { cause })
}

async function readProblem(response: Response): Promise<Partial<Problem> | null> {
  if (!(response.headers.get('content-type') ?? '').includes('json')) return null
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? body : null
  } catch {
    return null
  }
}

function isKnownCode(code: string | undefined): code is TenonErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_TABLE, code)
}

/** Returns the error code for a status, for responses of a proxy that carry no code. */
function codeOfStatus(status: number): TenonErrorCode {
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'FORBIDDEN'
  if (status === 404) return 'ROUTE_NOT_FOUND'
  if (status === 413) return 'REQUEST_TOO_LARGE'
  if (status === 429) return 'RATE_LIMITED'
  if (status === 502 || status === 503 || status === 504) return 'UNAVAILABLE'
  return 'INTERNAL'
}
