import type { ToolCallRecord } from '@tenon/core/node'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { failureTexts } from '../../messages/coded-texts.ts'
import { Icon } from '../../ui/icon.tsx'
import { StatusMark } from '../../ui/status-mark.tsx'
import { formatDuration } from '../format/duration.ts'
import { JsonTree } from '../json/json-tree.tsx'

/** List of the tool calls of a node with their arguments and results. */
export function ToolCallList({ calls }: { readonly calls: readonly ToolCallRecord[] }) {
  const { t } = useInstance()
  return (
    <section className="tn-value">
      <h3 className="tn-field-label">{t('runs.inspector.toolCalls', { count: calls.length })}</h3>
      <ol className="tn-attempts">
        {calls.map((call, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: calls are only added at the end
          <ToolCall key={`${index}-${call.tool}`} call={call} />
        ))}
      </ol>
    </section>
  )
}

function ToolCall({ call }: { readonly call: ToolCallRecord }) {
  const { t, locale } = useInstance()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <li className="tn-tool-call">
      <button type="button" className="tn-tool-head" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <Icon name="chevronRight" size={12} />
        <StatusMark status={call.error === undefined ? 'success' : 'failed'} size={14} />
        <code className="tn-tool-name">{call.tool}</code>
        <span className="tn-attempt-time">{formatDuration(call.durationMs, t, locale)}</span>
      </button>
      {call.error !== undefined && (
        <p className="tn-attempt-error" dir="auto">
          {failureTexts(call.error, t).why}
        </p>
      )}
      {isOpen && (
        <div className="tn-code">
          <p className="tn-muted">{t('runs.inspector.toolArguments')}</p>
          <JsonTree value={call.arguments} label={t('runs.inspector.toolArguments')} />
          {call.answer !== undefined && (
            <>
              <p className="tn-muted">{t('runs.inspector.toolAnswer')}</p>
              <JsonTree value={call.answer} label={t('runs.inspector.toolAnswer')} />
            </>
          )}
        </div>
      )}
    </li>
  )
}
