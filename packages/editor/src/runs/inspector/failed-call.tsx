import { isJsonObject } from '@tenon/core/document'
import type { ToolCallRecord } from '@tenon/core/node'
import { useInstance } from '../../instance/instance-context.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { type Fact, Facts } from '../../ui/facts.tsx'
import type { RefusedResponse } from './node-log.ts'

/** Name of the tool with which nodes record HTTP requests. */
const HTTP_TOOL = 'http'

interface FailedCallProps {
  /** Tool calls of the failed attempt in order. */
  readonly calls: readonly ToolCallRecord[]
  readonly refused: RefusedResponse | null
}

/** Shows the last HTTP request of a failed attempt and its response; empty for an attempt that sent none. */
export function FailedCall({ calls, refused }: FailedCallProps) {
  const { t } = useInstance()
  const request = requestOf(calls.findLast(({ tool }) => tool === HTTP_TOOL))
  if (request === null && refused === null) return null
  const facts: Fact[] = []
  if (request !== null) {
    facts.push({ label: t('runs.fact.request'), value: <code className="tn-mono">{request}</code> })
  }
  if (refused !== null) facts.push({ label: t('runs.fact.status'), value: String(refused.status) })
  return (
    <>
      <Facts facts={facts} />
      {refused !== null && <Body body={refused.body} />}
    </>
  )
}

function Body({ body }: { readonly body: string | null }) {
  const { t } = useInstance()
  return (
    <section className="tn-value">
      <h3 className="tn-field-label">{t('runs.inspector.response')}</h3>
      {body === null || body === '' ? (
        <p className="tn-muted">
          {t(body === null ? 'runs.inspector.responseNoText' : 'runs.inspector.responseEmpty')}
        </p>
      ) : (
        <div className="tn-code tn-answer">
          <CopyButton text={() => body} />
          <pre className="tn-mono" dir="auto">
            {body}
          </pre>
        </div>
      )}
    </section>
  )
}

function requestOf(call: ToolCallRecord | undefined): string | null {
  if (call === undefined || !isJsonObject(call.arguments)) return null
  const { method, url } = call.arguments
  return typeof method === 'string' && typeof url === 'string' ? `${method} ${url}` : null
}
