import type { TenantId } from '@tenon/core/document'
import { isFileRef } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { isActiveType, type RunAnswer } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'
import { encodedFileName, isShownType } from '../files/content-response.ts'

/**
 * For an answer that people of a tenant have written, at the origin of the host: a browser that shows it runs no script of
 * it, sends no form, and takes it for a page of no origin. Texts and pictures are shown.
 */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox; frame-ancestors 'none'"

const TYPES = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
} as const

/**
 * Makes the response to the caller of a run.
 *
 * @throws {@link TenonError} `FILE_NOT_FOUND` for a file that was deleted.
 */
export async function toAnswerResponse(
  { files }: Pick<ServerContext, 'files'>,
  tenantId: TenantId,
  { status, format, headers: own, body }: RunAnswer,
): Promise<Response> {
  const headers = new Headers({ 'content-security-policy': POLICY, ...own })
  if (format === 'empty') return new Response(null, { status, headers })
  if (format !== 'file') {
    if (!headers.has('content-type')) headers.set('content-type', TYPES[format])
    return new Response(format === 'json' ? JSON.stringify(body) : String(body), { status, headers })
  }
  const file = isFileRef(body) ? await files.find(tenantId, body.file) : null
  if (file === null) throw new TenonError('FILE_NOT_FOUND', 'The file of the answer was deleted')
  const { name, type, size } = file.ref
  if (!headers.has('content-type')) headers.set('content-type', isActiveType(type) ? 'application/octet-stream' : type)
  // Other files are saved: a page that a person has uploaded is not shown at the origin of the host.
  const mayBeShown = isShownType(headers.get('content-type') ?? '')
  if (!headers.has('content-disposition') || !mayBeShown) {
    headers.set('content-disposition', `attachment; ${encodedFileName(name)}`)
  }
  headers.set('content-length', String(size))
  return new Response(files.open(tenantId, file), { status, headers })
}
