import { TenonError } from '@tenon/core/errors'
import { isCertificateFault } from '../sql/sql-failures.ts'

/** Members of an error of the driver that are read. */
interface DriverError {
  readonly code?: string
  readonly message?: string
  /** Status of the answer of the server. */
  readonly responseCode?: number
  readonly response?: string
  readonly cause?: { readonly code?: string }
}

export const MAX_RESPONSE = 300
/** Part of a call that failed: before a connection, before the content of the email, or from then on. */
export type MailPhase = 'connect' | 'begin' | 'content'

/**
 * Converts the error of a mail server or of its socket.
 *
 * From the phase `content` on, a server whose answer is lost may have accepted the email: `sent` is `null` then.
 */
export function toMailFailure(thrown: unknown, phase: MailPhase): TenonError {
  if (thrown instanceof TenonError) return thrown.code === 'HTTP_FAILED' ? unreachable(thrown.message, thrown) : thrown
  const { code, message = '', responseCode, response = '', cause } = thrown as DriverError
  const answer = response.slice(0, MAX_RESPONSE)
  if (code === 'ETLS') {
    return new TenonError('MAIL_FAILED', 'The mail server does not support STARTTLS', {
      cause: thrown,
      retryable: false,
      remedy: 'Choose TLS from the first byte in the connection (mostly port 465), or ask the operator of the server.',
      details: { sent: false },
    })
  }
  if (responseCode !== undefined) {
    const details = { status: responseCode, sent: false }
    // A server that is busy refuses the login for now: the password may be right.
    const isLater = responseCode >= 400 && responseCode < 500
    if (code === 'EAUTH' && !isLater) {
      return new TenonError('MAIL_LOGIN_FAILED', `The mail server answered ${answer}`, { details })
    }
    return new TenonError(isLater ? 'MAIL_FAILED' : 'MAIL_REFUSED', `The mail server answered ${answer}`, {
      cause: thrown,
      details,
      ...(isLater
        ? { remedy: 'The server asks for a later try. Start the run again later, or ask its operator.' }
        : {}),
    })
  }
  if (code === 'EAUTH') return new TenonError('MAIL_LOGIN_FAILED', message, { cause: thrown, details: { sent: false } })
  if (phase === 'connect') return unreachable(`The connection to the mail server failed${inBrackets(code)}`, thrown)
  if ([code, cause?.code].some(isCertificateFault) || /certificate/i.test(message)) {
    return new TenonError('MAIL_FAILED', 'The certificate of the mail server cannot be verified', {
      cause: thrown,
      retryable: false,
      remedy:
        'Enter the certificate authority of the server in the connection, and its host as the certificate has it.',
      details: { sent: false },
    })
  }
  return new TenonError('MAIL_FAILED', `The connection to the mail server ended${inBrackets(code)}`, {
    cause: thrown,
    details: { sent: phase === 'content' ? null : false },
  })
}

function unreachable(message: string, cause: unknown): TenonError {
  return new TenonError('MAIL_FAILED', message, { cause, details: { sent: false } })
}

function inBrackets(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`
}
