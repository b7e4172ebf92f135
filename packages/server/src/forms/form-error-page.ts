import { TenonError } from '@tenon/core/errors'
import { html } from 'hono/html'
import type { ServerContext } from '../context.ts'
import { pageResponse } from './page-frame.ts'

interface ErrorText {
  readonly title: string
  readonly text: string
}

const NOT_FOUND: ErrorText = {
  title: 'This form is not open',
  text: 'It may have moved, or it was closed. Ask the person who gave you its address.',
}
const PAUSED: ErrorText = { title: 'This form is paused', text: 'It takes no answers for now. Try it again later.' }
const TOO_MANY: ErrorText = { title: 'Too many requests', text: 'Wait a little, then load the page again.' }
const TOO_LARGE: ErrorText = { title: 'Too much text', text: 'Go back, shorten your answers, and send them again.' }
const RUN_FAILED: ErrorText = {
  title: 'Something went wrong',
  text: 'Your answers were received, but they could not be processed. You need not send them again.',
}
const OTHER: ErrorText = { title: 'Something went wrong', text: 'Go back, and try it again in a little while.' }

/** Makes the page that a person sees in place of an error, with the status of the error. */
export function formErrorPage(
  { forms, pageOrigins }: ServerContext,
  error: unknown,
  problem: Response,
): Promise<Response> {
  const { title, text } = textOf(error)
  const retryAfter = problem.headers.get('retry-after')
  const headers = retryAfter === null ? {} : { 'retry-after': retryAfter }
  const content = html`<h1>${title}</h1>
<p role="alert">${text}</p>`
  return pageResponse({ status: problem.status, title, content, headers }, forms, pageOrigins[0] ?? '')
}

function textOf(error: unknown): ErrorText {
  if (!(error instanceof TenonError)) return OTHER
  switch (error.code) {
    case 'TRIGGER_NOT_FOUND':
    case 'WORKFLOW_NOT_FOUND':
      return NOT_FOUND
    case 'TRIGGER_PAUSED':
      return PAUSED
    case 'RATE_LIMITED':
      return TOO_MANY
    case 'REQUEST_TOO_LARGE':
      return TOO_LARGE
    case 'RUN_NOT_COMPLETED':
    case 'FILE_NOT_FOUND':
      return RUN_FAILED
    case 'WORKFLOW_INVALID':
      // Only the people who open a test of their draft get here.
      return { title: 'This form is unfinished', text: error.message }
    default:
      return OTHER
  }
}
