import { isJsonObject } from '@tenon/core/document'
import { memo } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { Icon } from '../../ui/icon.tsx'
import { formatClock } from '../format/instant.ts'
import { JsonTree } from '../json/json-tree.tsx'
import type { LogLine } from './log-lines.ts'

export interface LogLineViewProps {
  readonly line: LogLine
  readonly isOpen: boolean
  readonly onToggle: (seq: number) => void
  /** True to show the name of the node. */
  readonly hasNode: boolean
}

function LineView({ line, isOpen, onToggle, hasNode }: LogLineViewProps) {
  const { t, locale } = useInstance()
  const hasData = isJsonObject(line.data) && Object.keys(line.data).length > 0
  return (
    <div className="tn-log-line" data-level={line.level}>
      <button
        type="button"
        className="tn-log-row"
        aria-expanded={hasData ? isOpen : undefined}
        disabled={!hasData}
        onClick={() => onToggle(line.seq)}
      >
        <span className="tn-log-fold">{hasData && <Icon name="chevronRight" size={12} />}</span>
        <span className="tn-log-seq">{line.seq}</span>
        <time className="tn-log-time">{formatClock(line.at, locale)}</time>
        <span className="tn-log-level">{t(`runs.log.short.${line.level}`)}</span>
        {hasNode && (
          <span className="tn-log-node" dir="auto">
            {line.nodeName}
          </span>
        )}
        <span className="tn-log-text" dir="auto">
          {line.text}
        </span>
      </button>
      {isOpen && hasData && (
        <div className="tn-log-data">
          <span className="tn-log-type">{line.type}</span>
          <JsonTree value={line.data} label={t('runs.log.data')} />
        </div>
      )}
    </div>
  )
}

/** One line of the log; its data can be expanded below it. */
export const LogLineView = memo(LineView)
